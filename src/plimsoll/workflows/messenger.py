"""Telling people through Apprise: which URLs may be used, and one message at a time."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from plimsoll.data.store.alerts import Severity
from plimsoll.errors import UnavailableError, UsageError
from plimsoll.security.egress import ANYWHERE, Egress
from plimsoll.security.held_connections import connections_held_to, look_ups_held_to
from plimsoll.workflows.outward import Outward, RefusedAddressError

__all__ = ["Message", "check_channel_url", "send"]

# The host that these name is checked as those of webhooks are.
_NAMING_HOSTS = frozenset({"json", "jsons", "mailto", "mailtos", "workflow", "workflows"})
# The host of these is that of the provider, known to Apprise; all by TLS on its usual port.
_HOSTED: Mapping[str, Mapping[str, str]] = {
    "discord": {"": "discord.com"},
    "opsgenie": {"us": "api.opsgenie.com", "eu": "api.eu.opsgenie.com"},
    "pagerduty": {"us": "events.pagerduty.com", "eu": "events.eu.pagerduty.com"},
    "slack": {"": "hooks.slack.com", "bot": "slack.com", "gov-hook": "hooks.slack-gov.com"},
    "tgram": {"": "api.telegram.org"},
}

_LONGEST_URL = 2000
# All other parameters stay out: some of them read files, follow links or switch certificates off.
_PARAMETERS = frozenset({"smtp", "from", "to", "cc", "bcc", "name", "mode", "user", "pass", "format"})


@dataclass(frozen=True, slots=True)
class Message:
    """What is said.

    Parameters
    ----------
    title, body
        For people.
    severity
        How bad it is.
    """

    title: str
    body: str
    severity: Severity


def check_channel_url(url: str, egress: Egress = ANYWHERE) -> str:
    """Return the scheme of a URL through which people can be told.

    Parameters
    ----------
    url
        As Apprise documents it, such as ``slack://tokens/#channel``; nothing of it is repeated in an error.
    egress
        Which hosts may be called.

    Raises
    ------
    UsageError
        If it cannot be used, or its host may not be called.

    Examples
    --------
    >>> check_channel_url("mailtos://risk:secret@example.com?to=desk@example.com")
    'mailtos'
    """
    try:
        parts = urlsplit(url)
        names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
        usable = len(url) <= _LONGEST_URL and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        parts, names, usable = urlsplit(""), [], False
    known = _NAMING_HOSTS | _HOSTED.keys()
    way = _opened(url) if usable and parts.scheme in known else None
    if way is None:
        remedy = f"Write it as Apprise does, with one of {', '.join(sorted(known))}."
        raise UsageError("the URL of the channel cannot be used", remedy=remedy)
    if not _PARAMETERS.issuperset(names):
        remedy = f"There may be {', '.join(sorted(_PARAMETERS))}."
        raise UsageError("the URL of the channel has a parameter that is not allowed", remedy=remedy)
    host, port, _ = _reached(way)
    egress.check(host, port)
    return parts.scheme


async def send(url: str, message: Message, outward: Outward) -> None:
    """Send one message.

    A host that the URL names is resolved and checked first. Apprise resolves it again, and is held to what
    was checked: a name that means something else a moment later changes nothing. Redirections are not
    followed.

    Parameters
    ----------
    url
        Checked by :func:`check_channel_url` when it was stored.
    message
        What is said.
    outward
        What may be reached, and within how many seconds.

    Raises
    ------
    UnavailableError
        If the host may not be reached, or the message was not taken, or not in time.
    """
    way = await asyncio.to_thread(_opened, url)
    if way is None:
        raise UnavailableError("the channel cannot be used", remedy="Give its URL anew.")
    try:
        async with asyncio.timeout(outward.seconds):
            host, port, secure = _reached(way)
            outward.admit(host, port)
            checked: Sequence[str] | None = None
            if way.schema in _NAMING_HOSTS:
                checked = await outward.checked(host, port, secure=secure)
            taken = await asyncio.to_thread(_sent, way, message, _hold(outward.egress, checked))
    except RefusedAddressError as error:
        raise UnavailableError(f"the channel cannot be reached: {error}") from None
    except TimeoutError:
        raise UnavailableError("the channel has not taken the message in time") from None
    if not taken:
        raise UnavailableError("the channel has not taken the message", remedy="Try it by its test.")


@cache
def _apprise() -> Any:
    """Return the library, quiet: what it logs may hold what URLs hold."""
    import apprise

    for name in ("apprise", "urllib3.connectionpool"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return apprise


def _opened(url: str) -> Any:
    """Return the way that a URL stands for; None if it stands for none."""
    apprise = _apprise()
    asset = apprise.AppriseAsset(http_redirects=False, plugin_paths=[], async_mode=False)
    return apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)


def _reached(way: Any) -> tuple[str, int, bool]:
    """Return host and port that a way leads to, and whether by TLS."""
    if way.schema in _HOSTED:
        hosts = _HOSTED[way.schema]
        kind = str(getattr(way, "mode", None) or getattr(way, "region_name", None) or "")
        return hosts.get(kind) or next(iter(hosts.values())), 443, True
    if way.schema.startswith("mailto"):
        return way.smtp_host, way.port or 25, str(way.secure_mode) != "insecure"
    secure = bool(way.secure) or way.schema != "json"
    return way.host, way.port or (443 if secure else 80), secure


def _hold(egress: Egress, checked: Sequence[str] | None) -> AbstractContextManager[None]:
    """Return what holds the thread that sends: to checked addresses, or to hosts that may be called."""
    if checked is not None:
        return connections_held_to(checked)
    return nullcontext() if egress.listed is None else look_ups_held_to(egress.allows)


def _sent(way: Any, message: Message, held: AbstractContextManager[None]) -> bool:
    """Send in this thread, which is held for as long as that takes."""
    kinds = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure"}
    with held:
        return bool(way.notify(title=message.title, body=message.body, notify_type=kinds[message.severity]))
