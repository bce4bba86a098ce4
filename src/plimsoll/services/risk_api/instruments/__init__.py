"""Instruments: everything that a position ever named."""
