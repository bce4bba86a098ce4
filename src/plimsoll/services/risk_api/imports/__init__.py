"""Imports: every file of positions that was ever taken, with the account of its rows."""
