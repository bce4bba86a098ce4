"""How an installation deals with what is outside: whom it may call, and the files that come in."""

import datetime as dt
import re
from collections.abc import Sequence

from plimsoll.workflows.doctor import Check

__all__ = ["OLDEST_SIGNATURES", "egress_check", "scanner_check"]

OLDEST_SIGNATURES = dt.timedelta(days=7)
"""Age at which signatures of viruses are out of date; new ones come out every day."""

_VERSION = re.compile(r"ClamAV [^/]*/[0-9]+/(?P<made>\w{3} \w{3} [ 0-9]{2} [0-9:]{8} [0-9]{4})")
_SHOWN = 3


def egress_check(listed: Sequence[str] | None) -> Check:
    """Check that the systems which may be called are listed.

    Parameters
    ----------
    listed
        As for :class:`plimsoll.security.egress.Egress`.
    """
    if listed is None:
        found = "webhooks, channels and identity providers may be at any public address"
    elif not listed:
        found = "nobody but what the settings themselves name"
    else:
        more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
        found = f"{', '.join(listed[:_SHOWN])}{more}, and what the settings themselves name"
    remedy = "List the hosts that may be called: PLIMSOLL_EGRESS=hooks.slack.com,*.example.com."
    return Check("systems that may be called", listed is not None, found, remedy)


def scanner_check(version: str | None, problem: str = "", *, now: dt.datetime) -> Check:
    """Check that somebody looks for viruses in uploads.

    Parameters
    ----------
    version
        What the scanner says it is; None where there is none, or it does not say so.
    problem
        Why it does not say so; empty where there is none.
    now
        What time it is.
    """
    name = "virus scanner"
    if problem:
        return Check(name, False, problem, "Start clamd. Until it answers, every upload is refused with 503.")
    if version is None:
        found = (
            "none. Uploads are read as tables, stored as data, never executed, "
            "and come back as attachments with formulas disarmed"
        )
        return Check(
            name, False, found, "Run clamd and set PLIMSOLL_VIRUS_SCANNER=unix:///run/clamav/clamd.ctl."
        )
    dated = _VERSION.match(version)
    if dated is None:
        remedy = "Let freshclam run: without official signatures little is found."
        return Check(name, False, f"{version}, without official signatures", remedy)
    made = dt.datetime.strptime(dated["made"], "%a %b %d %H:%M:%S %Y").replace(tzinfo=dt.UTC)
    age = (now - made).days
    found = f"{version.partition('/')[0]}, signatures of {made.date()}"
    return Check(
        name, age <= OLDEST_SIGNATURES.days, found, "Let freshclam run: new signatures come out daily."
    )
