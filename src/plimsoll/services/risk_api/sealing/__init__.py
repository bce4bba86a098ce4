"""How the secrets of a tenant are sealed."""
