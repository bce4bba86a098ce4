"""How a worker works."""

from plimsoll.services.worker.options import WorkerOptions


def test_a_worker_is_not_taken_for_dead_too_soon() -> None:
    """Several signs of life may be late before others do its jobs."""
    options = WorkerOptions()
    assert options.stalled_seconds >= 5 * options.heartbeat_seconds
