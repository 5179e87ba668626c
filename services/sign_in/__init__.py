"""Local accounts, from the command line and for the simulated bank."""
