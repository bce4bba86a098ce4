"""``plimsoll doctor``: does this installation work."""

import json as json_format
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, installation
from plimsoll.errors import UnavailableError

if TYPE_CHECKING:
    from plimsoll.services.risk_api.installation import Installation
    from plimsoll.workflows.doctor import Check

__all__ = ["doctor", "show"]


def doctor(
    security: Annotated[bool, typer.Option("--security", help="Say what is weak, instead.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Check this installation: packages, demo prices, and known numbers. Exit 1 if a check fails.

    With --security: files, keys, connections and database of the platform of the data directory.
    """
    if security:
        show(_weak(data_dir, database_url), as_json=json)
        return
    from plimsoll.workflows.doctor import examine

    show(examine(), as_json=json)


def _weak(data_dir: Path | None, database_url: str | None) -> "list[Check]":
    import asyncio

    from plimsoll.cli.configuration import settings
    from plimsoll.services.risk_api.local_key import SEALING_KEY_FILE
    from plimsoll.settings import configuration_files
    from plimsoll.workflows.security_checks import Posture, file_checks, posture_checks

    place, chosen = installation(data_dir, database_url), settings()
    posture = Posture(
        database_url=place.database_url,
        redis_url=place.redis_url,
        kms=chosen.kms,
        four_eyes=chosen.four_eyes is not False,
        webhook_loopback=chosen.webhook_loopback,
    )
    keys = [place.key_file, place.directory / SEALING_KEY_FILE]
    return [
        *file_checks(place.directory, keys, configuration_files()),
        *posture_checks(posture),
        *asyncio.run(_stored(place)),
    ]


async def _stored(place: "Installation") -> "list[Check]":
    """Look into the database, which is started where none runs."""
    import datetime as dt

    from plimsoll.data.store.database import Database
    from plimsoll.data.store.guards import guards
    from plimsoll.data.store.tenants import LOCAL_TENANT, ensure
    from plimsoll.workflows.data_key_rotation import sealing_state
    from plimsoll.workflows.doctor import Check
    from plimsoll.workflows.security_checks import database_checks, key_checks

    with place.database(shared=True) as url:
        place.check_migrated(url)
        database = Database(url)
        checks: list[Check] = []
        try:
            checks = database_checks(await guards(database), own=place.database_url is None)
            sealers = place.outward().sealers
            async with database.session(LOCAL_TENANT) as session:
                await ensure(session, LOCAL_TENANT, "local")
                state = await sealing_state(session, sealers)
            return [*checks, *key_checks(state, now=dt.datetime.now(dt.UTC))]
        except UnavailableError as error:
            return [*checks, Check("KMS", False, error.message, error.remedy)]
        finally:
            await database.dispose()


def show(checks: Sequence["Check"], *, as_json: bool) -> None:
    """Print the checks and exit with 1 if one failed."""
    from rich.markup import escape
    from rich.table import Table

    if as_json:
        write_text(json_format.dumps([asdict(check) for check in checks], indent=2) + "\n")
    else:
        table = Table("", "check", "found", box=None, pad_edge=False)
        for check in checks:
            mark = "[green]ok[/]" if check.passed else "[red]no[/]"
            table.add_row(
                mark, check.name, escape(check.found if check.passed else f"{check.found}. {check.remedy}")
            )
        tables().print(table)
    if not all(check.passed for check in checks):
        raise typer.Exit(1)
