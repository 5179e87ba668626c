"""What each branch did, added up by the database. See docs/decisions/0018-figures.md."""
