"""What the bank gets for it. See docs/decisions/0018-figures.md."""
