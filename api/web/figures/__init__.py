"""The page of figures, and figures as files."""
