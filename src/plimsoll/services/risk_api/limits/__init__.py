"""Limits, and what is proposed about them."""
