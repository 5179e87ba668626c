"""Cases: forming, reading and moving on a task force's."""
