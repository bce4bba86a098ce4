"""How much a worker does at a time, and how patient it is."""

from dataclasses import dataclass

__all__ = ["WorkerOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """How a worker works.

    Parameters
    ----------
    calculations, messages
        Jobs of these queues at a time. A calculation keeps a thread busy, and at most two run in one process.
    stop_seconds
        How long jobs under way may go on when the worker stops; then they are handed back.
    heartbeat_seconds
        Between two signs of life.
    stalled_seconds
        A worker without a sign of life for so long is taken for dead, and others do its jobs.
    poll_seconds
        Between two looks for jobs whose time has come; new ones are told at once.
    """

    calculations: int = 2
    messages: int = 4
    stop_seconds: float = 20.0
    heartbeat_seconds: float = 2.0
    stalled_seconds: float = 12.0
    poll_seconds: float = 1.0
