"""The outbox to Kafka, in order and at least once."""
