"""What keeps alerts quiet: the calendar, what closings bring, a branch's capacity. See docs/decisions/0023."""
