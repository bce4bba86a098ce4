"""The values asked for last, as many as fit into a given size."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Recent"]

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Recent(Generic[_Key, _Value]):
    """A memory that forgets first what was asked for longest ago; safe between threads.

    Parameters
    ----------
    capacity
        Sum of the sizes of what is kept; a value that is larger on its own is not kept.

    Examples
    --------
    >>> recent = Recent[str, int](10)
    >>> recent.put("a", 1, size=6)
    >>> recent.put("b", 2, size=6)
    >>> recent.get("a"), recent.get("b")
    (None, 2)
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._kept: OrderedDict[_Key, tuple[_Value, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: _Key) -> _Value | None:
        """Return the value kept under `key`, or None."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: _Key, value: _Value, *, size: int) -> None:
        """Keep a value under `key`, in place of one that was there.

        Parameters
        ----------
        key, value
            What to keep.
        size
            In the unit of the capacity.
        """
        with self._lock:
            if key in self._kept:
                self._size -= self._kept.pop(key)[1]
            if size > self._capacity:
                return
            self._kept[key] = value, size
            self._size += size
            while self._size > self._capacity:
                self._size -= self._kept.popitem(last=False)[1][1]
