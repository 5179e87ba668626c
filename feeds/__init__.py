"""A simulated bank and file replay: events where there is no core banking system."""
