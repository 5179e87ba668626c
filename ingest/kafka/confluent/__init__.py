"""Reading with confluent-kafka (librdkafka), the optional fast client."""
