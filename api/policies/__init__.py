"""Policies: proposed, seen, applied."""
