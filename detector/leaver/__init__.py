"""A score learnt from the bank's own history, without labels. Source: docs/decisions/0026-leaver-score.md."""
