"""Local accounts, sessions, and sign-ins on their way."""
