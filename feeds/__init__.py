"""Where events come from when no core banking system is there: a simulated bank, a file."""
