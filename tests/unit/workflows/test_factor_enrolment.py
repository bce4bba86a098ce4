"""Factors begun, confirmed and removed, on a real database."""

import asyncio
import datetime as dt
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from people import as_principal, new_person
from plimsoll.data.store import factors
from plimsoll.data.store.audit_rows import AuditEventRow
from plimsoll.data.store.database import Database
from plimsoll.data.store.factors import FactorKind
from plimsoll.errors import ConflictError, NotFoundError, PermissionDeniedError, UsageError
from plimsoll.security.permissions import Permission, Principal, PrincipalKind
from plimsoll.security.sealing import Sealer
from plimsoll.security.tokens import new_token
from plimsoll.security.totp import code_at, step_of
from plimsoll.workflows.factor_enrolment import (
    MOST_FACTORS,
    begin_passkey,
    begin_totp,
    confirm_passkey,
    confirm_totp,
    make_recovery_codes,
    remove_factor,
)
from plimsoll.workflows.factors import CHALLENGE_LIFE, factor_place
from plimsoll.workflows.own_account import person_of
from soft_authenticator import SoftAuthenticator

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
ORIGIN = "https://risk.example.com"
SEALER = Sealer(new_token("plq"))


async def app_of(database: Database, actor: Principal) -> UUID:
    """Enrol an authenticator app."""
    async with database.session(actor.tenant) as session:
        begun = await begin_totp(session, actor, name="Phone", now=NOW, sealer=SEALER)
        code = code_at(begun.secret, step_of(NOW))
        made, _ = await confirm_totp(session, actor, begun.record.id, code, now=NOW, sealer=SEALER)
    return made.id


@pytest.fixture
async def ada(database: Database, tenant: UUID) -> Principal:
    """Return somebody who is signed in and has no factor."""
    return as_principal(tenant, await new_person(database, tenant))


@pytest.fixture
async def eve(database: Database, tenant: UUID) -> Principal:
    """Return somebody else of the same tenant."""
    return as_principal(tenant, await new_person(database, tenant, "eve@example.com"))


async def audited(database: Database, tenant: UUID) -> list[str]:
    """Return what was written down, in order."""
    async with database.session(tenant) as session:
        query = select(AuditEventRow.action).order_by(AuditEventRow.id)
        return list((await session.execute(query)).scalars())


async def test_an_app_is_enrolled_by_its_first_code(
    database: Database, ada: Principal, eve: Principal
) -> None:
    """Its secret is kept sealed to its place; a wrong code, and another time, change nothing."""
    async with database.session(ada.tenant) as session:
        begun = await begin_totp(session, ada, name="Phone", now=NOW, sealer=SEALER)
        assert begun.secret in begun.uri
        kept = begun.record.secret or b""
        assert begun.secret.encode() not in kept
        assert SEALER.open(kept, factor_place(begun.record.id)) == begun.secret
        step = step_of(NOW)
        for wrong in ("000000", "", code_at(begun.secret, step - 1), code_at(begun.secret, step + 1)):
            with pytest.raises(UsageError):
                await confirm_totp(session, ada, begun.record.id, wrong, now=NOW, sealer=SEALER)
        code = code_at(begun.secret, step)
        made, codes = await confirm_totp(session, ada, begun.record.id, code, now=NOW, sealer=SEALER)
        assert (made.confirmed_at, made.counter, made.name) == (NOW, step, "Phone")
        assert len(codes) == await factors.codes_left(session, person_of(ada)) == 10
        with pytest.raises(ConflictError):
            await confirm_totp(session, ada, begun.record.id, code, now=NOW, sealer=SEALER)
        with pytest.raises(NotFoundError):
            await confirm_totp(session, eve, begun.record.id, code, now=NOW, sealer=SEALER)
    assert await audited(database, ada.tenant) == ["factor.begun", "factor.added", "recovery-codes.made"]


async def test_of_those_that_confirm_at_once_one_does(database: Database, ada: Principal) -> None:
    """The code of enrolment is used up by one of eight."""
    async with database.session(ada.tenant) as session:
        begun = await begin_totp(session, ada, name="Phone", now=NOW, sealer=SEALER)
    code = code_at(begun.secret, step_of(NOW))

    async def once() -> bool:
        try:
            async with database.session(ada.tenant) as session:
                await confirm_totp(session, ada, begun.record.id, code, now=NOW, sealer=SEALER)
        except ConflictError:
            return False
        return True

    assert sum(await asyncio.gather(*(once() for _ in range(8)))) == 1


async def test_an_app_that_was_not_confirmed_makes_room(database: Database, ada: Principal) -> None:
    """Beginning again forgets what was begun before; there is an end to factors all the same."""
    person = person_of(ada)
    async with database.session(ada.tenant) as session:
        first = await begin_totp(session, ada, name="One", now=NOW, sealer=SEALER)
        second = await begin_totp(session, ada, name="Two", now=NOW, sealer=SEALER)
        with pytest.raises(NotFoundError):
            await factors.get(session, person, first.record.id)
        assert await factors.get(session, person, second.record.id) == second.record
    for _ in range(MOST_FACTORS):
        await app_of(database, ada)
    async with database.session(ada.tenant) as session:
        with pytest.raises(ConflictError):
            await begin_totp(session, ada, name="One", now=NOW, sealer=SEALER)
        with pytest.raises(ConflictError):
            await begin_passkey(session, ada, now=NOW, origin=ORIGIN)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example"])
async def test_a_passkey_is_kept_if_it_proves_itself(
    database: Database, ada: Principal, origin: str, late: bool
) -> None:
    """From our origin, in time, once."""
    async with database.session(ada.tenant) as session:
        asked = await begin_passkey(session, ada, now=NOW, origin=ORIGIN)
        assert asked["excludeCredentials"] == []
    answer = SoftAuthenticator(origin).create(asked)
    at = NOW + CHALLENGE_LIFE if late else NOW
    async with database.session(ada.tenant) as session:
        if origin != ORIGIN or late:
            with pytest.raises(UsageError):
                await confirm_passkey(session, ada, answer, name="Key", now=at, origin=ORIGIN)
            return
        made, codes = await confirm_passkey(session, ada, answer, name="Key", now=at, origin=ORIGIN)
        assert (made.kind, made.confirmed_at, len(codes)) == (FactorKind.PASSKEY, NOW, 10)
        with pytest.raises(UsageError):
            await confirm_passkey(session, ada, answer, name="Key", now=at, origin=ORIGIN)
        asked = await begin_passkey(session, ada, now=NOW, origin=ORIGIN)
        assert len(asked["excludeCredentials"]) == 1


async def test_a_passkey_is_nobody_elses(database: Database, ada: Principal, eve: Principal) -> None:
    """An answer to the challenge of one person makes no passkey of another."""
    async with database.session(ada.tenant) as session:
        asked = await begin_passkey(session, ada, now=NOW, origin=ORIGIN)
        answer = SoftAuthenticator(ORIGIN).create(asked)
        for hostile in (answer, "{}", "", "[]"):
            with pytest.raises(UsageError):
                await confirm_passkey(session, eve, hostile, name="Key", now=NOW, origin=ORIGIN)


async def test_an_administrator_keeps_the_last_factor(database: Database, ada: Principal) -> None:
    """Also when two are removed at the same time; others remove it, and their codes with it."""
    administrator = replace(ada, permissions=frozenset({Permission.USERS_WRITE}))
    made = [await app_of(database, ada) for _ in range(2)]

    async def removed(factor: UUID, who: Principal) -> bool:
        try:
            async with database.session(ada.tenant) as session:
                await remove_factor(session, who, factor, now=NOW)
        except PermissionDeniedError:
            return False
        return True

    assert sum(await asyncio.gather(*(removed(one, administrator) for one in made))) == 1
    async with database.session(ada.tenant) as session:
        (left,) = await factors.of_user(session, person_of(ada))
    assert not await removed(left.id, administrator)
    assert await removed(left.id, ada)
    async with database.session(ada.tenant) as session:
        assert await factors.codes_left(session, person_of(ada)) == 0
        with pytest.raises(NotFoundError):
            await remove_factor(session, ada, left.id, now=NOW)
    assert (await audited(database, ada.tenant))[-2:] == ["factor.removed", "factors.off"]


@pytest.mark.parametrize("alone", [False, None, True])
async def test_a_short_password_keeps_the_last_factor(
    database: Database, tenant: UUID, alone: bool | None
) -> None:
    """Also one of which it is not known; a longer one lets it go, and any but the last goes anyway."""
    kept: dict[str, Any] = {"password": "a hash", "password_alone": alone}
    who = as_principal(tenant, await new_person(database, tenant, **kept))
    first, last = await app_of(database, who), await app_of(database, who)
    async with database.session(tenant) as session:
        await remove_factor(session, who, first, now=NOW)
    with nullcontext() if alone else pytest.raises(ConflictError, match="15 characters"):
        async with database.session(tenant) as session:
            await remove_factor(session, who, last, now=NOW)


async def test_codes_stand_in_for_a_factor(database: Database, ada: Principal) -> None:
    """Who has none gets none; a new set is a new set."""
    async with database.session(ada.tenant) as session:
        with pytest.raises(ConflictError):
            await make_recovery_codes(session, ada, now=NOW)
    await app_of(database, ada)
    async with database.session(ada.tenant) as session:
        first = await make_recovery_codes(session, ada, now=NOW)
        second = await make_recovery_codes(session, ada, now=NOW)
        assert not set(first) & set(second)
        assert await factors.codes_left(session, person_of(ada)) == len(second) == 10


async def test_programs_have_no_factors(database: Database, ada: Principal) -> None:
    """Nor has the user of this machine: only people with an account do."""
    program = replace(ada, id="local", kind=PrincipalKind.LOCAL)
    async with database.session(ada.tenant) as session:
        with pytest.raises(PermissionDeniedError):
            await begin_totp(session, program, name="Phone", now=NOW, sealer=SEALER)


async def test_who_knows_the_password_alone_changes_no_factors(database: Database, ada: Principal) -> None:
    """A session from before the first factor adds none, makes no codes, and removes nothing."""
    before = replace(ada, factors=frozenset({"password"}))
    factor = await app_of(database, before)
    async with database.session(ada.tenant) as session:
        for change in (
            begin_totp(session, before, name="Mine", now=NOW, sealer=SEALER),
            begin_passkey(session, before, now=NOW, origin=ORIGIN),
            make_recovery_codes(session, before, now=NOW),
            remove_factor(session, before, factor, now=NOW),
        ):
            with pytest.raises(PermissionDeniedError):
                await change
        assert len(await make_recovery_codes(session, ada, now=NOW)) == 10
