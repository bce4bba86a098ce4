"""Asking the platform of a place."""

import datetime as dt
from pathlib import Path
from uuid import UUID

import pytest

from plimsoll.cli.asking import ask, day, identifier
from plimsoll.client import AsyncRiskClient
from plimsoll.errors import UnavailableError, UsageError


def test_a_place_without_data_is_said(tmp_path: Path) -> None:
    """Nothing runs there and nothing is there: the question is not asked."""

    async def question(_: AsyncRiskClient) -> None:
        raise AssertionError

    with pytest.raises(UnavailableError, match="no data"):
        ask((tmp_path, None), question)


def test_what_is_answered_is_returned(database_url: str, tmp_path: Path) -> None:
    """A platform lives for as long as the question."""

    async def question(client: AsyncRiskClient) -> list[object]:
        return [book async for book in client.portfolios()]

    assert ask((tmp_path / "data", database_url), question) == []


def test_an_id_is_one() -> None:
    """What is none is refused with where to find one."""
    assert identifier(str(UUID(int=5)), "") == UUID(int=5)
    with pytest.raises(UsageError, match="nonsense is no id") as caught:
        identifier("nonsense", "Look there.")
    assert caught.value.remedy == "Look there."


def test_a_date_is_one() -> None:
    """What is none is refused with how to write one."""
    assert day("2022-12-28") == dt.date(2022, 12, 28)
    with pytest.raises(UsageError, match="yesterday is no date"):
        day("yesterday")
