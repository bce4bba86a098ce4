"""``plimsoll doctor``: does this installation work."""

import json as json_format
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, installation
from plimsoll.errors import NotFoundError, PlimsollError, UnavailableError, UsageError

if TYPE_CHECKING:
    from uuid import UUID

    from plimsoll.data.store.database import Database
    from plimsoll.services.risk_api.installation import Installation
    from plimsoll.workflows.doctor import Check

__all__ = ["doctor", "show"]

_MARKS = {True: "[green]ok[/]", False: "[red]no[/]", None: "[yellow]unknown[/]"}


def doctor(
    security: Annotated[bool, typer.Option("--security", help="Say what is weak, instead.")] = False,
    tenant: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --security: of this tenant, not the installation's."),
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Check this installation: packages, demo prices, and known numbers. Exit 1 if a check fails.

    With --security: files, keys, connections, database, accounts and audit of the platform of the data
    directory; what cannot be known is "unknown", and exits with 1 as well.
    """
    if security:
        show(_weak(data_dir, database_url, tenant), as_json=json)
        return
    if tenant is not None:
        raise UsageError("a tenant is looked at for what is weak", remedy="Add --security.")
    from plimsoll.workflows.doctor import examine

    show(examine(), as_json=json)


def _weak(data_dir: Path | None, database_url: str | None, tenant: str | None) -> "list[Check]":
    import asyncio
    import datetime as dt

    from plimsoll.cli.configuration import settings
    from plimsoll.services.risk_api.certificate import Certificate
    from plimsoll.services.risk_api.local_key import SEALING_KEY_FILE
    from plimsoll.settings import configuration_files
    from plimsoll.workflows.credential_checks import aws_check, database_check, redis_check
    from plimsoll.workflows.outside_checks import egress_check
    from plimsoll.workflows.security_checks import Posture, file_checks, posture_checks, web_checks

    place, chosen = installation(data_dir, database_url), settings()
    cert, key, hosts, now = chosen.tls_cert, chosen.tls_key, chosen.hosts, dt.datetime.now(dt.UTC)
    posture = Posture(
        database_url=place.database_url,
        redis_url=place.redis_url,
        kms=chosen.kms,
        four_eyes=place.database_url is not None if chosen.four_eyes is None else chosen.four_eyes,
        webhook_loopback=chosen.webhook_loopback,
        hosts=hosts,
        behind_proxy=bool(chosen.proxies),
        certificate=None if cert is None or key is None else Certificate(cert, key).found(hosts, now=now),
        outboxes=place.messaging.outboxes,
    )
    keys = [place.key_file, place.directory / SEALING_KEY_FILE]
    keys += [] if key is None else [key]
    return [
        *file_checks(place.directory, keys, configuration_files()),
        *posture_checks(posture),
        *web_checks(posture, now=now),
        database_check(place.database_url),
        redis_check(place.redis_url),
        aws_check(),
        egress_check(chosen.egress),
        asyncio.run(_scanner(place)),
        *asyncio.run(_stored(place, tenant)),
    ]


async def _scanner(place: "Installation") -> "Check":
    import datetime as dt

    from plimsoll.workflows.outside_checks import scanner_check

    version, problem = None, ""
    if place.scanner is not None:
        try:
            version = await place.scanner.version()
        except UnavailableError as error:
            problem = error.message
    return scanner_check(version, problem, now=dt.datetime.now(dt.UTC))


async def _stored(place: "Installation", name: str | None) -> "list[Check]":
    """Look into the database, which is started where none runs; what cannot be looked at is unknown."""
    from plimsoll.data.store.database import Database
    from plimsoll.data.store.guards import guards
    from plimsoll.data.store.look_ups import tenant_named
    from plimsoll.data.store.tenants import LOCAL_TENANT, ensure
    from plimsoll.workflows.doctor import Check
    from plimsoll.workflows.security_checks import database_checks

    with place.database(shared=True) as url:
        place.check_migrated(url)
        database = Database(url)
        checks: list[Check] = []
        try:
            checks = database_checks(await guards(database), own=place.database_url is None)
            async with database.session(LOCAL_TENANT) as session:
                await ensure(session, LOCAL_TENANT, "local")
            tenant = LOCAL_TENANT if name is None else await tenant_named(database, name)
            if tenant is None:
                raise NotFoundError(
                    f"there is no tenant called {name}", remedy="plimsoll tenants create makes one."
                )
            for what, look in (("KMS", _keys), ("accounts", _accounts), ("audit chain", _audit)):
                try:
                    checks += await look(place, database, tenant)
                except PlimsollError as error:
                    checks.append(Check(what, None, error.message, error.remedy or "Look at the log."))
            return checks
        finally:
            await database.dispose()


async def _keys(place: "Installation", database: "Database", tenant: "UUID") -> "list[Check]":
    import datetime as dt

    from plimsoll.workflows.data_key_rotation import sealing_state
    from plimsoll.workflows.security_checks import key_checks

    async with database.session(tenant) as session:
        state = await sealing_state(session, place.outward().sealers)
    return key_checks(state, now=dt.datetime.now(dt.UTC))


async def _accounts(place: "Installation", database: "Database", tenant: "UUID") -> "list[Check]":
    import datetime as dt

    from plimsoll.data.store import signing_keys, sms_policies, weak_accounts
    from plimsoll.data.store.tenants import LOCAL_TENANT
    from plimsoll.security.passwords import Passwords
    from plimsoll.workflows import account_checks as looked

    now = dt.datetime.now(dt.UTC)
    async with database.session(tenant) as session:
        people = await weak_accounts.weak_people(session)
        ending = await weak_accounts.keys_ending(session, after=now, before=now + looked.SOON)
        programs = await weak_accounts.endless_programs(session)
        grants = await weak_accounts.waiting(session)
        policy = await sms_policies.get(session)
        spent = await sms_policies.spent(session, now.date().replace(day=1))
    async with database.session(LOCAL_TENANT) as session:
        ring = await signing_keys.newest(session)  # of the installation
    return [
        *looked.people_checks(people, is_outdated=Passwords().is_outdated),
        *looked.program_checks(ending, programs),
        looked.grant_check(grants, now=now),
        looked.ring_check(ring, now=now),
        looked.sms_check(policy, spent, outbox="sms" in place.messaging.outboxes),
    ]


async def _audit(place: "Installation", database: "Database", tenant: "UUID") -> "list[Check]":
    import datetime as dt

    from plimsoll.security.audit_chain import Checkpoint
    from plimsoll.workflows.account_checks import audit_checks
    from plimsoll.workflows.audit_verification import verify

    keeping = place.audit()
    latest = await keeping.stores[0].latest(str(tenant))
    found = await verify(database, tenant, keeping)
    try:
        checkpoint = None if latest is None else Checkpoint.read(latest)
    except ValueError:
        raise UnavailableError(
            "the last checkpoint is damaged", remedy="Follow the incident runbook."
        ) from None
    return audit_checks(found, checkpoint, now=dt.datetime.now(dt.UTC))


def show(checks: Sequence["Check"], *, as_json: bool) -> None:
    """Print the checks and exit with 1 if one failed or is unknown."""
    from rich.markup import escape
    from rich.table import Table

    if as_json:
        write_text(json_format.dumps([asdict(check) for check in checks], indent=2) + "\n")
    else:
        table = Table("", "check", "found", box=None, pad_edge=False)
        for check in checks:
            mark = _MARKS[check.passed]
            table.add_row(
                mark, check.name, escape(check.found if check.passed else f"{check.found}. {check.remedy}")
            )
        tables().print(table)
    if not all(check.passed for check in checks):
        raise typer.Exit(1)
