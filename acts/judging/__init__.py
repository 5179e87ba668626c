"""Judging a closed week of a shard. `judge` numbers the stages; one file each:

week_reading      what the week is judged from: volumes, clients, policy, groups, calendar
shard_states      the detector's state before the week, kept between weeks
leaver_scores     the learned score of the week's clients, from a window kept between weeks
detector.judging  the verdicts: the step, and what the score adds to it. Rebuilding and replays use it too
week_saving       what the week leaves in the store: episodes, movements, scores, what it was judged from
rebuilding        an alert's evidence made again from the ledger as it was
"""
