"""Writing to Kafka: the port, the two client libraries behind it, the choice between them, and topics."""
