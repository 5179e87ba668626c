"""Presets found on clients that stay, within a budget of false alarms. See docs/decisions/0009-presets.md."""
