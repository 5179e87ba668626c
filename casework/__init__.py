"""What people do about an alert. Pure rules."""
