"""What people and time do: one function an act over rules and store; no HTTP, no Kafka, no FastAPI."""
