"""`ebbwatch doctor`: is everything there that the services need, and what to do where it is not."""
