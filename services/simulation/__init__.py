"""A bank that is not there: its broker, events, and people."""
