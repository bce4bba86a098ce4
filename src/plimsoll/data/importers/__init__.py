"""Portfolio files of users, every row accounted for."""
