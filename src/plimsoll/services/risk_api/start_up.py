"""What is still being prepared while requests are answered already, such as the demo books."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["StartUp"]


class StartUp:
    """Knows what a start still waits for.

    Examples
    --------
    >>> start_up = StartUp()
    >>> with start_up.preparing("demo books"):
    ...     start_up.pending
    ('demo books',)
    >>> start_up.pending
    ()
    """

    def __init__(self) -> None:
        self._pending: list[str] = []

    @property
    def pending(self) -> tuple[str, ...]:
        """What is being prepared, in the order in which it was begun; empty after the start."""
        return tuple(self._pending)

    @contextmanager
    def preparing(self, part: str) -> Iterator[None]:
        """Count a part as pending for as long as the block lasts, however it ends."""
        self._pending.append(part)
        try:
            yield
        finally:
            self._pending.remove(part)
