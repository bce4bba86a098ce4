"""The schema of a database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from plimsoll.data.store import migrations
from plimsoll.data.store.schema import SchemaStatus, backup, downgrade, restore, status, upgrade
from plimsoll.errors import DataError, UnavailableError
from postgres import execute

TENANT = "00000000-0000-7000-8000-0000000000aa"
VERSIONS = Path(migrations.__path__[0]) / "versions"
REVISIONS = tuple(sorted(path.name[:4] for path in VERSIONS.glob("[0-9]*.py")))
UP = SchemaStatus(REVISIONS[-1], REVISIONS[-1], ())
DOWN = SchemaStatus(None, REVISIONS[-1], REVISIONS)


def _fill(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO tenants (id, name) VALUES (%s, 'one')", (TENANT,))
        connection.execute(
            "INSERT INTO portfolios (id, tenant_id, name, base_currency)"
            " SELECT gen_random_uuid(), %s, 'book ' || n, 'USD' FROM generate_series(1, 3) n",
            (TENANT,),
        )


def _count(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a constant
    assert row is not None
    return int(row[0])


def test_an_empty_database_is_brought_up(empty_database_url: str) -> None:
    """It says what is pending, gets there, and a second time has nothing to do."""
    assert status(empty_database_url) == DOWN
    assert upgrade(empty_database_url) == UP
    assert status(empty_database_url) == UP
    assert upgrade(empty_database_url) == UP


def test_up_down_and_up_again_with_data(empty_database_url: str) -> None:
    """Data survive an upgrade with nothing to do; the way down leaves nothing; the way up works again."""
    upgrade(empty_database_url)
    _fill(empty_database_url)
    upgrade(empty_database_url)
    assert _count(empty_database_url, "portfolios") == 3
    assert downgrade(empty_database_url, "base") == DOWN
    assert _count(empty_database_url, "pg_tables WHERE schemaname = 'public'") == 1  # Alembic's own
    assert upgrade(empty_database_url) == UP
    _fill(empty_database_url)
    assert _count(empty_database_url, "portfolios") == 3


def test_several_may_upgrade_at_once(empty_database_url: str) -> None:
    """Of eight processes that start at once one upgrades, and all find the database upgraded."""
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(upgrade, [empty_database_url] * 8)) == [UP] * 8


def test_an_upgrade_is_all_or_nothing(empty_database_url: str) -> None:
    """Where a table stands in the way, none of the others is made."""
    execute(empty_database_url, "CREATE TABLE runs (n int)")
    with pytest.raises(UnavailableError, match="already exists"):
        upgrade(empty_database_url)
    assert _count(empty_database_url, "pg_tables WHERE schemaname = 'public'") == 1
    assert status(empty_database_url).current is None


def test_a_newer_database_is_refused(database_url: str, tmp_path: Path) -> None:
    """A revision that this version does not know is left alone, whatever is asked for."""
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    backup(database_url, tmp_path / "newer")
    attempts: list[Callable[[], SchemaStatus]] = [
        lambda: status(database_url),
        lambda: upgrade(database_url),
        lambda: downgrade(database_url, "base"),
        lambda: restore(database_url, tmp_path / "newer"),
    ]
    for attempt in attempts:
        with pytest.raises(UnavailableError, match="newer than this Plimsoll: revision 9999"):
            attempt()
    assert _count(database_url, "portfolios") == 0


def test_no_database_is_unavailable(tmp_path: Path) -> None:
    """A server that is not there is reported with what to check, by each function."""
    url = f"postgresql://postgres@/postgres?host={tmp_path}"
    attempts: list[Callable[[], object]] = [
        lambda: status(url),
        lambda: upgrade(url),
        lambda: backup(url, tmp_path / "file"),
    ]
    for attempt in attempts:
        with pytest.raises(UnavailableError):
            attempt()
    assert list(tmp_path.iterdir()) == []


def test_a_backup_brings_everything_back(database_url: str, empty_database_url: str, tmp_path: Path) -> None:
    """In the same database it replaces what came later; an empty one gets rows, rules and grants."""
    file = tmp_path / "plimsoll.backup"
    _fill(database_url)
    backup(database_url, file)
    assert file.stat().st_mode & 0o077 == 0
    execute(database_url, "DELETE FROM portfolios WHERE name = 'book 1'")
    execute(database_url, "UPDATE portfolios SET name = 'changed' WHERE name = 'book 2'")
    for url in (database_url, empty_database_url):
        assert restore(url, file) == UP
        with psycopg.connect(url) as connection:
            names = connection.execute("SELECT name FROM portfolios ORDER BY name").fetchall()
            connection.execute("SET ROLE plimsoll_app")
            seen = connection.execute("SELECT count(*) FROM portfolios").fetchone()
            connection.execute(f"SET plimsoll.tenant = '{TENANT}'".encode())
            own = connection.execute("SELECT count(*) FROM portfolios").fetchone()
        assert names == [("book 1",), ("book 2",), ("book 3",)]
        assert (seen, own) == ((0,), (3,))


def test_a_backup_replaces_the_file_only_when_it_is_whole(database_url: str, tmp_path: Path) -> None:
    """When a backup fails the older one stays; where none can be written, that is said."""
    file = tmp_path / "plimsoll.backup"
    file.write_text("the older one")
    with pytest.raises(UnavailableError):
        backup(database_url.replace("/test_", "/no_"), file)
    assert file.read_text() == "the older one"
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(UnavailableError, match="cannot be written"):
        backup(database_url, tmp_path / "no folder" / "file")


def test_a_user_who_is_held_back_cannot_back_up(database_url: str, tmp_path: Path) -> None:
    """Who sees the rows of no tenant would write a backup that lacks them: told how to make another user."""
    held_back = make_url(database_url).update_query_dict({"options": "-c role=plimsoll_app"})
    with pytest.raises(UnavailableError, match="rows of all tenants") as refused:
        backup(held_back.render_as_string(hide_password=False), tmp_path / "file")
    assert "BYPASSRLS" in refused.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_backup_is_refused(database_url: str, tmp_path: Path) -> None:
    """A file that is not there, is something else, or ends too early changes nothing."""
    _fill(database_url)
    other = tmp_path / "other"
    other.write_text("symbol,quantity\n")
    for file, complaint in ((tmp_path / "absent", "cannot be read"), (other, "no backup")):
        with pytest.raises(DataError, match=complaint):
            restore(database_url, file)
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    backup(database_url, whole)
    torn.write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(UnavailableError, match="pg_restore failed"):
        restore(database_url, torn)
    assert _count(database_url, "portfolios") == 3


def test_a_password_is_no_argument(tmp_path: Path) -> None:
    """The message of a failure does not hold the password."""
    with pytest.raises(UnavailableError) as caught:
        backup("postgresql://me:hidden@127.0.0.1:1/book?sslmode=disable", tmp_path / "file")
    assert "hidden" not in str(caught.value)


def test_the_revisions_are_those_of_the_files() -> None:
    """The names of the files say what Alembic says: one line of revisions, none beside it."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrations.__file__).parent))
    scripts = ScriptDirectory.from_config(configuration)
    known = [script.revision for script in scripts.walk_revisions()][::-1]
    files = sorted(path.name for path in Path(migrations.__file__).parent.glob("versions/[0-9]*.py"))
    assert [name.partition("_")[0] for name in files] == known
    assert scripts.get_heads() == known[-1:]
