"""What a service account may do."""

from uuid import uuid4

import pytest

from plimsoll.security.permissions import Permission
from plimsoll.workflows.account_rights import TWO_PEOPLE, account_id_of, known, principal_id


def test_words_of_another_version_give_nothing() -> None:
    """What is known counts."""
    assert known(["runs:read", "moon:land"]) == {Permission.RUNS_READ}


def test_what_takes_two_people_is_no_reading() -> None:
    """It decides about something or somebody."""
    assert not [permission for permission in TWO_PEOPLE if permission.endswith(":read")]


@pytest.mark.parametrize("principal", ["local", "user:00000000-0000-0000-0000-000000000001", "account:x", ""])
def test_others_are_no_accounts(principal: str) -> None:
    """Neither people nor what only looks like one."""
    account = uuid4()
    assert account_id_of(principal_id(account)) == account
    assert account_id_of(principal) is None
