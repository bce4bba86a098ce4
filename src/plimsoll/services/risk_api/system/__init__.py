"""What the API says of itself: health, its document and its page."""
