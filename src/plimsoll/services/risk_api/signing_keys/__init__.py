"""The keys by which access tokens are signed."""
