"""What people and time do: one function an act, over the rules and the store. No HTTP and no Kafka in it."""
