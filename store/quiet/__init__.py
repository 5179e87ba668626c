"""What keeps alerts quiet: the calendar, what groups do as one, a new normal, a budget. See docs/decisions/0023."""
