"""``plimsoll sessions`` on a database of the test's own."""

import asyncio
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.sessions import list_sessions, revoke
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import NotFoundError
from plimsoll.workflows.sessions import Origin, begin
from somebody import EMAIL, new_user


async def signed_in(database_url: str) -> None:
    """Store somebody who is signed in."""
    database = Database(database_url)
    user = await new_user(database)
    async with database.session(LOCAL_TENANT) as session:
        await begin(
            session,
            user,
            tenant=LOCAL_TENANT,
            factors=frozenset({"password"}),
            origin=Origin("192.0.2.1"),
            now=dt.datetime.now(dt.UTC),
        )
    await database.dispose()


def test_a_session_is_listed_and_revoked(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """Afterwards it is not there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    place: dict[str, Any] = {"data_dir": tmp_path / "data", "database_url": database_url}
    asyncio.run(signed_in(database_url))
    list_sessions(user=EMAIL, **place)
    assert "192.0.2.1" in capfdbinary.readouterr().out.decode()
    list_sessions(json=True, **place)
    (found,) = json.loads(capfdbinary.readouterr().out)
    revoke(found["id"], **place)
    assert capfdbinary.readouterr().out.decode() == f"{found['id']} has ended.\n"
    with pytest.raises(NotFoundError):
        revoke(found["id"], **place)
