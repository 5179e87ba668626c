"""Reading from Kafka: the port, the two client libraries behind it, and the choice between them."""
