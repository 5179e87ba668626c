"""Signing in and out, with a local account or a provider, and the session between."""
