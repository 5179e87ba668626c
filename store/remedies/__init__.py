"""Remedies: kept, found, and counted for their limits."""
