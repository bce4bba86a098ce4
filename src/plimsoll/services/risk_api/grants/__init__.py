"""Grants: who holds which role where."""
