"""The HTTP API: one folder per resource, and beside them what all resources share."""
