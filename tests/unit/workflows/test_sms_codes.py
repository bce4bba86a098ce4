"""Codes by SMS, on a real database."""

import datetime as dt
import re
from dataclasses import replace
from uuid import UUID

import pytest

from people import as_principal, new_person
from plimsoll.data.store import factors
from plimsoll.data.store.database import Database
from plimsoll.data.store.factors import FactorKind
from plimsoll.data.store.sms_policies import SmsPolicy
from plimsoll.errors import ConflictError, NotFoundError, PermissionDeniedError, UsageError
from plimsoll.security.permissions import Principal
from plimsoll.security.sealing import Sealer
from plimsoll.security.tokens import new_token
from plimsoll.workflows.factors import CHALLENGE_LIFE, MOST_TRIES, usable_kinds, verify_factor
from plimsoll.workflows.own_account import person_of
from plimsoll.workflows.sms_codes import (
    Outgoing,
    add_telephone,
    change_policy,
    confirm_telephone,
    new_code,
)

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
SEALER = Sealer(new_token("plq"))
NUMBER = "+49 30 901820"
ALLOWED = SmsPolicy(enabled=True, countries=["DE"], monthly_cents=1000, message_cents=10, version=0)


@pytest.fixture
async def ada(database: Database, tenant: UUID) -> Principal:
    """Return somebody whose tenant allows codes to Germany."""
    ada = as_principal(tenant, await new_person(database, tenant))
    async with database.session(tenant) as session:
        await change_policy(session, ada, ALLOWED)
    return ada


def code_in(message: Outgoing) -> str:
    """Return the code of a message."""
    found = re.match(r"[0-9]{6}\b", message.text)
    assert found is not None
    return found[0]


async def begun(database: Database, ada: Principal, number: str = NUMBER) -> tuple[UUID, Outgoing]:
    """Begin to use a telephone."""
    async with database.session(ada.tenant) as session:
        made, message = await add_telephone(
            session, ada, number=number, name="Mobile", now=NOW, sealer=SEALER
        )
    return made.id, message


async def confirmed(database: Database, ada: Principal, factor: UUID, code: str) -> bool:
    """Return whether a code is taken."""
    async with database.session(ada.tenant) as session:
        done = await confirm_telephone(session, ada, factor, code, now=NOW, sealer=SEALER)
    return done is not None


async def test_a_telephone_is_used_once_its_code_came_back(database: Database, ada: Principal) -> None:
    """Then it signs in by codes of its own; the number is kept sealed, and shown in part."""
    factor, message = await begun(database, ada)
    assert (message.number, message.shown) == ("+4930901820", "•••• 20")
    assert len(message.text) <= 160
    assert code_in(message) not in repr(message)
    async with database.session(ada.tenant) as session:
        assert b"901820" not in ((await factors.get(session, person_of(ada), factor)).secret or b"")
        assert await new_code(session, person_of(ada), now=NOW, sealer=SEALER) is None
    assert await confirmed(database, ada, factor, code_in(message))
    with pytest.raises(ConflictError):
        await confirmed(database, ada, factor, code_in(message))
    async with database.session(ada.tenant) as session:
        assert FactorKind.SMS in await usable_kinds(session, person_of(ada))
        sent = await new_code(session, person_of(ada), now=NOW, sealer=SEALER)
        assert sent is not None
        shown = [
            await verify_factor(session, person_of(ada), "sms", code, now=NOW, sealer=SEALER)
            for code in (code_in(message), code_in(sent), code_in(sent))
        ]
    assert shown == [code_in(message) == code_in(sent), code_in(message) != code_in(sent), False]


async def test_a_code_is_not_guessed(database: Database, ada: Principal) -> None:
    """After five wrong ones the right one does not count, nor does one that is too late."""
    factor, message = await begun(database, ada)
    wrong = "000000" if code_in(message) != "000000" else "111111"
    assert not any([await confirmed(database, ada, factor, wrong) for _ in range(MOST_TRIES)])
    assert not await confirmed(database, ada, factor, code_in(message))
    factor, message = await begun(database, ada)
    async with database.session(ada.tenant) as session:
        late = NOW + CHALLENGE_LIFE
        code = code_in(message)
        assert await confirm_telephone(session, ada, factor, code, now=late, sealer=SEALER) is None


async def test_a_telephone_is_its_owners(database: Database, ada: Principal) -> None:
    """Nobody confirms the telephone of somebody else; beginning again ends what was begun."""
    eve = as_principal(ada.tenant, await new_person(database, ada.tenant, "eve@example.com"))
    first, message = await begun(database, ada)
    with pytest.raises(NotFoundError):
        await confirmed(database, eve, first, code_in(message))
    second, _ = await begun(database, ada)
    with pytest.raises(NotFoundError):
        await confirmed(database, ada, first, code_in(message))
    assert first != second


async def test_codes_go_only_where_the_tenant_allows(database: Database, ada: Principal) -> None:
    """Not to other countries, not to what is no number, and not at all where it is off."""
    for number in ("+12125550123", "+18095550123", "+881612345678"):
        with pytest.raises(PermissionDeniedError):
            await begun(database, ada, number)
    with pytest.raises(UsageError):
        await begun(database, ada, "030 901820")
    async with database.session(ada.tenant) as session:
        with pytest.raises(UsageError):
            await change_policy(session, ada, replace(ALLOWED, countries=["XX"], version=1))
        await change_policy(session, ada, replace(ALLOWED, enabled=False, version=1))
    with pytest.raises(PermissionDeniedError):
        await begun(database, ada)


async def test_a_month_costs_no_more_than_it_may(database: Database, ada: Principal) -> None:
    """What would cost more is not sent, and nothing is begun."""
    async with database.session(ada.tenant) as session:
        await change_policy(session, ada, replace(ALLOWED, monthly_cents=25, version=1))
    for _ in range(2):
        await begun(database, ada)
    with pytest.raises(ConflictError):
        await begun(database, ada)
    async with database.session(ada.tenant) as session:
        assert len(await factors.of_user(session, person_of(ada), usable=False)) == 1
