"""Remedies: their terms, limits and effect. See docs/decisions/0017-remedies.md."""
