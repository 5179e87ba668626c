"""The windows of the comparisons, and what they read. See docs/judging.md, "Comparisons"."""
