"""The page of a client, with its pictures, and the list of clients."""
