"""Why one client's fall is thought to be one. See docs/decisions/0024-explanations.md."""
