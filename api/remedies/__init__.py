"""Remedies: proposed, within limits, decided."""
