"""Servers: each is a thin front of the workflows."""
