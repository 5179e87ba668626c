"""Partitions to the database: what is read, decoded and folded is saved in one transaction."""
