"""Teams, and the desks that they are."""
