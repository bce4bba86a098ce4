"""Whoever is signed in."""
