"""Cases: from forming a task force to what became of the client."""
