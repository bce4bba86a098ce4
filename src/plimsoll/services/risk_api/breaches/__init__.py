"""Breaches of limits, and what people do about them."""
