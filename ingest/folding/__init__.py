"""Checked events to the weekly ledger of one partition. Pure of Kafka and of SQL."""
