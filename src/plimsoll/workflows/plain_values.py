"""Values as JSON and PostgreSQL can keep them."""

import datetime as dt
import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

from plimsoll.data.text import clean

__all__ = ["plain"]


def plain(value: Any) -> Any:
    r"""Return a value as a JSON document that PostgreSQL can keep and people can read.

    Ids, dates and enumerations become texts, numbers that are not finite become null, and texts lose what
    cannot be seen: no line break makes one entry look like two.

    Examples
    --------
    >>> plain({"at": dt.date(2024, 1, 2), "value": float("nan"), "name": "a\nb"})
    {'at': '2024-01-02', 'value': None, 'name': 'a b'}
    """
    if isinstance(value, Mapping):
        return {clean(str(name)): plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(held) for held in value]
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dt.date):  # a datetime is one too
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int) else clean(str(value))
