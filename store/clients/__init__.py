"""The client master, and the weeks of one client or of many."""
