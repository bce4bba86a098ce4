"""Signing in and out of a browser."""
