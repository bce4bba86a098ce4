"""What the platform does for a user, free of any front end."""
