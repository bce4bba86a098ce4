"""The versions of alerts: readers learn of each count, those who act need to know only what was done."""

import re
from typing import Annotated

from fastapi import Header

from plimsoll.data.store.alerts import AlertRecord
from plimsoll.services.risk_api.at_once import at_once
from plimsoll.services.risk_api.problems import ProblemError

__all__ = ["AlertVersion", "alert_tag", "alert_version"]

_TAG = re.compile(r'"([1-9][0-9]{0,8})(?:-[0-9]{1,10})?"')


def alert_tag(record: AlertRecord) -> str:
    """Return what the ``ETag`` of an alert is made of.

    An alert that is raised once more as it stands has another ETag, because its count has changed, and the
    same version, because nothing was done about it: in a storm it can still be acknowledged.

    Parameters
    ----------
    record
        As stored.
    """
    return f"{record.version}-{record.count}"


def alert_version(
    if_match: Annotated[
        str | None,
        Header(description="ETag of the alert as it was seen, or its version alone", examples=['"1-3"']),
    ] = None,
) -> int:
    """Read the version that the client has seen, from ``If-Match``.

    Raises
    ------
    ProblemError
        428 if the header is missing; 412 if it is no version of an alert.
    """
    if if_match is None:
        remedy = "Read it, and send its ETag as If-Match."
        raise ProblemError(428, "precondition-required", "A change must say what it changes.", remedy=remedy)
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        remedy = "Read it, and send its one ETag as it came."
        raise ProblemError(
            412, "precondition-failed", "If-Match is not an ETag of this resource.", remedy=remedy
        )
    return int(found.group(1))


AlertVersion = Annotated[int, at_once(alert_version)]
