"""The threshold workbench."""
