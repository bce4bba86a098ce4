"""Channels: the ways by which people are told."""
