"""The outbox to Kafka topics; the only producers."""
