"""Factors: what people show beside their password."""
