"""The desk's pages of what keeps alerts quiet: the calendar, and what groups did as one."""
