"""Prices: the last one of each symbol, and series."""
