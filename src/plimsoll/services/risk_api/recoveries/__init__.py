"""Recoveries: the way back for who has lost every factor."""
