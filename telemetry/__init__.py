"""Metrics and logs: the one place that knows Prometheus."""
