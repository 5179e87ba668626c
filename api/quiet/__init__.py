"""The calendar, and what groups did as one."""
