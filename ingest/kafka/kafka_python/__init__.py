"""Reading with kafka-python, in a process of its own."""
