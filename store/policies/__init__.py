"""Policies: what they are, who has seen what, and what each week was judged by. See docs/decisions/0022."""
