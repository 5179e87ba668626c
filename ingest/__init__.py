"""Kafka to checked events to the weekly ledger of each partition."""
