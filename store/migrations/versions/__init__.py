"""Schema versions, applied by `ebbwatch migrate`."""
