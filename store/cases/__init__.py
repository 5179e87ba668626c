"""Cases: whole, found, and how far each has come."""
