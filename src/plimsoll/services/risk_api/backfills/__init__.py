"""Back-fill of the history of a portfolio."""
