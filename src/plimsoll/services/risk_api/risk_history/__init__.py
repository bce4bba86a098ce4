"""Risk of a portfolio by day."""
