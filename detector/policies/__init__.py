"""The bank's limits: presets, policies, and the past judged by one. See docs/decisions/0022-policies.md."""
