"""Results to terminal, HTML and JSON; no calculation."""
