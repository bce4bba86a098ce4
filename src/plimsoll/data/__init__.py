"""From files to dated, quality-marked market data and positions."""
