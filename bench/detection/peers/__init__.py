"""What a user would pick instead of a detector of our own."""
