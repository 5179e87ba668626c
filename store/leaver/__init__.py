"""The learned score as it was used: models, and what they said. See docs/decisions/0022-policies.md."""
