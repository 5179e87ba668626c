"""What crosses a boundary: events in, alerts out, HTTP bodies; ids, money, weeks and errors."""
