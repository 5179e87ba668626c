"""Clients: who they are, their weeks, and their peers."""
