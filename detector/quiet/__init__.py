"""What is common, at rest or in rhythm, and so raises nothing. See docs/decisions/0023-quiet.md."""
