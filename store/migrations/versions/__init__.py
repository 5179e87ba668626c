"""Schema versions, applied by `ebbwatch db upgrade`."""
