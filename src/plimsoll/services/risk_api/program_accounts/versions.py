"""The versions of service accounts: what one may do is part of it, and changes by grants, teams and roles."""

import hashlib
import re
from collections.abc import Iterable
from typing import Annotated

from fastapi import Header

from plimsoll.data.store.program_accounts import ServiceAccountRecord
from plimsoll.errors import PreconditionError
from plimsoll.services.risk_api.at_once import at_once
from plimsoll.services.risk_api.problems import ProblemError

__all__ = ["SeenAccount", "account_tag", "refuse_unseen", "seen_account"]

_TAG = re.compile(r'"([1-9][0-9]{0,8}(?:-[0-9a-f]{16})?)"')


def account_tag(record: ServiceAccountRecord, permissions: Iterable[str]) -> str:
    """Return what the ``ETag`` of a service account is made of: its version, and a hash of what it may do.

    Parameters
    ----------
    record
        As stored.
    permissions
        What it may do at this instant.
    """
    able = hashlib.sha256(" ".join(sorted(permissions)).encode()).hexdigest()
    return f"{record.version}-{able[:16]}"


def seen_account(
    if_match: Annotated[
        str | None,
        Header(
            description="ETag of the account as it was seen; its version alone leaves out what it may do",
            examples=['"1-9f86d081884c7d65"'],
        ),
    ] = None,
) -> str:
    """Read what the client has seen, from ``If-Match``.

    Raises
    ------
    ProblemError
        428 if the header is missing; 412 if it is no ETag of a service account.
    """
    if if_match is None:
        remedy = "Read it, and send its ETag as If-Match."
        raise ProblemError(428, "precondition-required", "A change must say what it changes.", remedy=remedy)
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise ProblemError(412, "precondition-failed", "If-Match is not an ETag of this resource.")
    return found.group(1)


def refuse_unseen(seen: str, record: ServiceAccountRecord, tag: str) -> None:
    """Refuse to change an account that the client has not seen as it is.

    Parameters
    ----------
    seen
        From `seen_account`.
    record, tag
        The account as it is, and its tag.

    Raises
    ------
    PreconditionError
        If the account or what it may do is another by now.
    """
    if seen not in (tag, str(record.version)):
        remedy = "Read it again and repeat the change."
        raise PreconditionError(
            "the service account, or what it may do, has changed meanwhile", remedy=remedy
        )


SeenAccount = Annotated[str, at_once(seen_account)]
