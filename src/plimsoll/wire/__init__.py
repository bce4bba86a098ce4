"""The HTTP contract: what travels between the risk API and its clients. Shapes only, no logic."""
