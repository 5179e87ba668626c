"""Weekly ledger to baselines to deviations to verdicts, with their arithmetic. Pure: numpy in, numpy out."""
