"""Live risk: ticks in through a WebSocket, numbers out as server-sent events."""
