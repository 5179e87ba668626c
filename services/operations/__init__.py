"""What operations do from the command line."""
