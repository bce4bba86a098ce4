"""What a tenant allows of codes by SMS."""
