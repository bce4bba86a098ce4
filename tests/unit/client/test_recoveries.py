"""Recoveries through both clients, on a real server."""

import asyncio
import inspect
from uuid import UUID

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.client.recoveries import AsyncRecoveryMethods, RecoveryMethods
from plimsoll.errors import ConflictError, FourEyesError, NotFoundError, PreconditionError


def test_a_person_is_recovered(api_url: str, key: str) -> None:
    """Somebody who decides nothing about others is brought back by one person, and that is written down."""
    with RiskClient(api_url, key) as client:
        person = client.invite_user("Bob", "bob-factors@example.com").user.id
        assert client.user_factors(person).items == ()
        made = client.ask_for_recovery(person, "lost telephone")
        assert made.approved
        assert "/sign-in#pli_" in (made.link or "")
        kept = client.recovery(made.id)
        assert (kept.id, kept.approved, hasattr(kept, "link")) == (made.id, True, False)
        assert kept in list(client.recoveries(page_size=1))
        for decide in (client.refuse_recovery, client.approve_recovery):
            with pytest.raises((ConflictError, FourEyesError)):
                decide(made.id)
        with pytest.raises(NotFoundError):
            client.ask_for_recovery(UUID(int=1), "nobody")


def test_the_rules_of_sms_are_changed_by_who_has_seen_them(api_url: str, key: str) -> None:
    """A change on top of another one that was not seen is refused; the asynchronous client does the same."""
    with RiskClient(api_url, key) as client:
        seen = client.sms_policy()
        wanted = seen.model_copy(update={"countries": ("DE",), "monthly_cents": 100})
        changed = client.change_sms_policy(wanted)
        assert changed.countries == ("DE",)
        with pytest.raises(PreconditionError):
            client.change_sms_policy(wanted)

    async def act() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            assert await client.sms_policy() == changed
            again = await client.change_sms_policy(changed)
            assert again.version == changed.version + 1
            person = (await client.invite_user("Eve", "eve-factors@example.com")).user.id
            assert (await client.user_factors(person)).recovery_codes == 0
            made = await client.ask_for_recovery(person, "lost")
            kept = await client.recovery(made.id)
            assert kept in [one async for one in client.recoveries()]
            for decide in (client.refuse_recovery, client.approve_recovery):
                with pytest.raises((ConflictError, FourEyesError)):
                    await decide(made.id)

    asyncio.run(act())


def test_both_clients_have_the_same_methods() -> None:
    """With the same parameters."""
    for name in (name for name in vars(RecoveryMethods) if not name.startswith("_")):
        kinds = (RecoveryMethods, AsyncRecoveryMethods)
        blocking, waiting = (inspect.signature(getattr(kind, name)) for kind in kinds)
        assert blocking.parameters == waiting.parameters
