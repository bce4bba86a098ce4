"""Jobs, and what became of them."""
