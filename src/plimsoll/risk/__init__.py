"""The engine: numbers in, numbers out; no I/O, clock, logging or framework."""
