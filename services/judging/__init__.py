"""What judging needs from the settings: the holidays of a country, the leaver model."""
