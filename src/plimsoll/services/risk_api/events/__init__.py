"""Events: what happened, as a list and as a stream."""
