"""Webhooks: where events are sent, and what became of each."""
