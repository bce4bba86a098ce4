"""The versions of service accounts."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store.program_accounts import ServiceAccountRecord
from plimsoll.errors import PreconditionError
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.services.risk_api.program_accounts.versions import account_tag, refuse_unseen, seen_account

NOW = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)
ACCOUNT = ServiceAccountRecord(UUID(int=1), "nightly", (), NOW, "me", None, 3)


def test_the_tag_is_of_the_version_and_of_what_it_may_do() -> None:
    """In whatever order that comes."""
    tag = account_tag(ACCOUNT, ["runs:read", "jobs:read"])
    assert tag == account_tag(ACCOUNT, {"jobs:read", "runs:read"})
    assert len({tag, account_tag(ACCOUNT, ["runs:read"]), account_tag(ACCOUNT, [])}) == 3
    assert seen_account(f' "{tag}" ') == tag


@pytest.mark.parametrize(
    ("said", "status"), [(None, 428), ("3", 412), ('"0"', 412), ('"3-x"', 412), ("*", 412)]
)
def test_whoever_says_nothing_of_use_changes_nothing(said: str | None, status: int) -> None:
    """A header must be there, and be one of ours."""
    with pytest.raises(ProblemError) as refusal:
        seen_account(said)
    assert refusal.value.status_code == status


def test_what_was_seen_must_be_what_there_is() -> None:
    """The version alone, as clients knew it before, leaves out what the account may do."""
    tag = account_tag(ACCOUNT, ["runs:read"])
    for seen in (tag, "3"):
        refuse_unseen(seen, ACCOUNT, tag)
    for seen in (account_tag(ACCOUNT, []), "2", "30"):
        with pytest.raises(PreconditionError, match="meanwhile"):
            refuse_unseen(seen, ACCOUNT, tag)
