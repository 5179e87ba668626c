"""Who may apply a policy, and what a year under one would have been. See docs/decisions/0022-policies.md."""
