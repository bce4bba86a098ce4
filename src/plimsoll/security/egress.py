"""Which systems the platform may call: those that the operator lists, or every public one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from plimsoll.errors import UsageError

__all__ = ["ANYWHERE", "EGRESS_PATTERN", "Egress"]

EGRESS_PATTERN = r"^(\*\.)?(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*)(:[1-9][0-9]{0,4})?$"
"""A host, ``*.`` before a domain for every host below it, and a port where only that one is meant."""

_FORM = re.compile(EGRESS_PATTERN)
_WHOLE = "*."


@dataclass(frozen=True, slots=True)
class Egress:
    """The systems that may be called.

    A host is compared as it is written, before anything is looked up: another spelling of a listed address is
    another host.

    Parameters
    ----------
    listed
        Patterns of the form `EGRESS_PATTERN`: ``hooks.slack.com``, ``*.example.com`` (every host below it, at
        any depth, and not itself), ``api.pushover.net:443``. Without a port every port is meant. Nothing
        listed allows nothing; None allows every host.

    Raises
    ------
    UsageError
        If a pattern is none.

    Examples
    --------
    >>> egress = Egress(["*.example.com:443", "hooks.slack.com"])
    >>> egress.allows("risk.example.com", 443), egress.allows("example.com", 443)
    (True, False)
    >>> egress.allows("risk.example.com", 8443), egress.allows("HOOKS.slack.com.", 8443)
    (False, True)
    """

    listed: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Refuse what is no pattern."""
        for pattern in self.listed or ():
            if _FORM.fullmatch(pattern) is None:
                remedy = "Write hosts as hooks.slack.com, *.example.com or api.example.com:443."
                raise UsageError("the list of systems that may be called cannot be read", remedy=remedy)

    def allows(self, host: str, port: int) -> bool:
        """Return whether a system may be called.

        Parameters
        ----------
        host, port
            As a URL names them; an IPv6 address with brackets or without.
        """
        wanted = _plain(host)
        return self.listed is None or any(_means(pattern, wanted, port) for pattern in self.listed)

    def check(self, host: str, port: int) -> None:
        """Refuse a system that may not be called.

        Raises
        ------
        UsageError
            If it is not listed. The host is not repeated.
        """
        if not self.allows(host, port):
            remedy = "Ask the operator to add the host to PLIMSOLL_EGRESS, or name one that is listed there."
            raise UsageError("the host is not one that this platform may call", remedy=remedy)


ANYWHERE = Egress()
"""Every host."""


def _means(pattern: str, host: str, port: int) -> bool:
    named, _, only = pattern.rpartition(":") if _has_port(pattern) else (pattern, "", "")
    if only and int(only) != port:
        return False
    if named.startswith(_WHOLE):
        return host.endswith(f".{_plain(named.removeprefix(_WHOLE))}")
    return host == _plain(named)


def _has_port(pattern: str) -> bool:
    return ":" in pattern.rpartition("]")[2]


def _plain(host: str) -> str:
    """Return a host as all write it."""
    bare = host.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    try:
        return str(ip_address(bare))
    except ValueError:
        return bare
