"""What could not be taken in, whose turn it is, and how everything stands."""
