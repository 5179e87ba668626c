"""The pages of remedies and their approvals."""
