"""The platform of one machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.data.store import schema
from plimsoll.data.store.embedded import running_postgres
from plimsoll.errors import UnavailableError
from plimsoll.services.risk_api.installation import Installation

pytestmark = pytest.mark.anyio


def test_a_database_of_our_own(tmp_path: Path) -> None:
    """It runs as long as the block, is shared with those who may, and stops after it."""
    place = Installation(tmp_path / "data")
    with pytest.raises(UnavailableError, match="no data"), place.database(shared=True):
        pass
    with place.database() as url:
        assert schema.upgrade(url).pending == ()
        with place.database(shared=True) as other:
            assert schema.status(other).pending == ()
        assert schema.status(url).pending == ()
    assert running_postgres(place.directory) is None


def test_a_database_of_the_users(tmp_path: Path) -> None:
    """It is taken as it is, whoever asks; its password is in no representation."""
    place = Installation(
        tmp_path / "data", "postgresql://user:hunter2@host/name", redis_url="redis://user:hunter2@host"
    )
    for shared in (True, False):
        with place.database(shared=shared) as url:
            assert url == "postgresql://user:hunter2@host/name"
    assert "hunter2" not in repr(place)
    assert not place.directory.exists()


async def test_a_client_without_a_server(database_url: str, tmp_path: Path) -> None:
    """It reaches an API that is on no port, with the key of the directory."""
    async with Installation(tmp_path / "data", database_url).client() as client:
        book = await client.create_portfolio("Book")
    place = Installation(tmp_path / "data", database_url)
    async with place.client() as client:
        assert [found async for found in client.portfolios()] == [book]
    assert place.key_file.stat().st_mode & 0o777 == 0o600


async def test_a_client_of_an_empty_database(empty_database_url: str, tmp_path: Path) -> None:
    """The message says what brings it up to date."""
    with pytest.raises(UnavailableError, match="not up to date") as raised:
        async with Installation(tmp_path, empty_database_url).client():
            pass
    assert "plimsoll db upgrade" in raised.value.remedy


async def test_a_directory_that_cannot_be_made(database_url: str, tmp_path: Path) -> None:
    """The message names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="file/data cannot be used"):
        async with Installation(tmp_path / "file" / "data", database_url).context(database_url):
            pass


def test_each_database_has_checkpoints_of_its_own(tmp_path: Path) -> None:
    """The key is one, made once; checkpoints of one database are never held against another's chain."""
    own = Installation(tmp_path / "data").audit()
    first, again, second = (
        Installation(tmp_path / "data", f"postgresql://me:{secret}@host/{name}").audit()
        for secret, name in (("a", "one"), ("b", "one"), ("a", "two"))
    )
    assert own.key.key_id == first.key.key_id
    folders = [vars(keeping.stores[0])["_directory"] for keeping in (own, first, again, second)]
    assert folders[1] == folders[2]
    assert len(set(folders)) == 3


def test_checkpoints_go_to_a_bucket_too(tmp_path: Path) -> None:
    """Where one is named, it is the second place, beside the files."""
    keeping = Installation(tmp_path / "data", audit_bucket="locked").audit()
    assert [store.every_seconds for store in keeping.stores] == [0.0, 300.0]


def test_without_data_nobody_waits_for_the_api(tmp_path: Path) -> None:
    """A question to a platform that is not there is answered before the framework is imported."""
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from plimsoll.errors import UnavailableError\n"
        "from plimsoll.services.risk_api.installation import Installation\n"
        "try:\n"
        f"    asyncio.run(Installation(Path({str(tmp_path)!r})).client().__aenter__())\n"
        "except UnavailableError:\n"
        "    sys.exit('fastapi' in sys.modules)\n"
        "sys.exit(2)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
