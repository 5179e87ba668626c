"""Alerts: lists and totals of them, and what people do about them."""
