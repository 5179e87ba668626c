"""Records to checked columns of events, and a reason for each record that is none."""
