"""The first page and its alerts, as they come."""
