"""Values as they are kept in documents."""

import datetime as dt
import json
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest

from plimsoll.workflows.plain_values import plain


class _Word(StrEnum):
    SAID = "said"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (1.5, 1.5),
        (float("inf"), None),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (dt.datetime(2024, 1, 2, tzinfo=dt.UTC), "2024-01-02T00:00:00+00:00"),
        (_Word.SAID, "said"),
        (Decimal("1.20"), "1.20"),
        (("a", frozenset({"b"})), ["a", ["b"]]),
        ({"a\x00": {"b": "c\r\nd \ud800"}}, {"a": {"b": "c  d"}}),
    ],
)
def test_what_is_kept(value: object, kept: object) -> None:
    """Whatever comes in, plain JSON comes out, without what cannot be seen."""
    assert plain(value) == kept
    json.dumps(plain(value), allow_nan=False).encode()
