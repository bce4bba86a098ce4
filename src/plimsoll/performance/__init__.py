"""What keeps answers quick and the platform upright: caches, breakers, limits."""
