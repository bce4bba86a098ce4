"""Where prices come from: one module per source."""
