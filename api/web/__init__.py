"""The branch desk: pages rendered on the server, on top of the API's own functions."""
