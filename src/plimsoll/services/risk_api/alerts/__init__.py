"""Alerts: what wants attention, and what is done about it."""
