"""Pricing functions, one module per product family, vectorised over scenarios."""
