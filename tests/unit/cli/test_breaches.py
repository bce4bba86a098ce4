"""``plimsoll breaches`` on a database of the test's own."""

import asyncio
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.breaches import acknowledge, close, comment, list_breaches, remedy, show, waive
from plimsoll.errors import ConflictError, UsageError
from plimsoll.services.risk_api.installation import Installation
from risk_api_world import prices_file

WHOLE = b"symbol,quantity,currency\nAAA,10,USD\n"


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that lead to the test's own platform, which has a breach."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    async def make() -> None:
        async with Installation(tmp_path / "data", database_url, four_eyes=False).client() as client:
            book = await client.create_portfolio("Book")
            await client.upload_prices(prices_file())
            await client.import_positions(book.id, WHOLE)
            limit = await client.propose_limit(book.id, "Tight", {"measure": "var", "hard": 1e-3})
            assert limit.proposal is not None
            await client.approve_limit(limit.proposal)
            await client.start_run(book.id, days=60)

    asyncio.run(make())
    return {"data_dir": tmp_path / "data", "database_url": database_url}


def test_a_breach_is_followed_from_the_terminal(
    place: dict[str, Any], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Listed, noted, worked on, commented, waived and shown with its story; closing is refused."""
    list_breaches(json=True, **place)
    (breach,) = json.loads(capfdbinary.readouterr().out)
    list_breaches(closed=True, limit=1, **place)
    text = capfdbinary.readouterr().out.decode()
    assert breach["id"] in text
    assert "Tight" in text
    acknowledge(breach["id"], note="seen", **place)
    remedy(breach["id"], note="selling", **place)
    comment(breach["id"], "half is sold", **place)
    waive(breach["id"], dt.datetime(2030, 1, 1), "agreed", json=True, **place)  # noqa: DTZ001 - as typer hands it in
    with pytest.raises(ConflictError, match="still exceeded"):
        close(breach["id"], "done", **place)
    assert b"is acknowledged." in capfdbinary.readouterr().out
    show(breach["id"], **place)
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert [line.rpartition(": ")[2] for line in lines[1:]] == ["seen", "selling", "half is sold", "agreed"]
    show(breach["id"], json=True, **place)
    assert len(json.loads(capfdbinary.readouterr().out)["items"]) == 5
    with pytest.raises(UsageError, match="no id"):
        show("first", **place)
