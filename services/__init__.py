"""One process per file, each only wiring rooms together; settings; the command line."""
