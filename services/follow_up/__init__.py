"""`ebbwatch follow-up`, and what it does each round. See docs/decisions/0019-follow-up-and-notices.md."""
