"""Dead letters, held weeks, and the audit trail."""
