"""What it brought, as figures and as files."""
