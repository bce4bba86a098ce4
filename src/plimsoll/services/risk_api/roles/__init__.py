"""Roles: those that ship, and a tenant's own."""
