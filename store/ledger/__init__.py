"""The weekly ledger and the shards that write it. See docs/decisions/0002-offsets-in-the-database.md."""
