"""Programs that are somebody."""
