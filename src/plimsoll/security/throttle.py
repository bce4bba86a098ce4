"""How often something may be tried: against one person, from one address, and by everybody together.

Each kind of try has counters of its own, so that guessing codes does not lock out passwords. A device in
which somebody has signed in before counts for itself alone: it gets in while their account is attacked. A
token, a cookie or a link that leads nowhere is tried against nobody.
"""

import datetime as dt
import hashlib
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

__all__ = ["BOUNDS", "Counter", "Tried", "counters"]


class Tried(StrEnum):
    """What is tried."""

    CODE = "code"
    COOKIE = "cookie"
    LINK = "link"
    PASSWORD = "password"  # noqa: S105 - the name of what is tried
    SMS = "sms"
    TOKEN = "token"  # noqa: S105 - the name of what is tried


@dataclass(frozen=True, slots=True)
class _Limit:
    """So many tries within so long."""

    most: int
    window: dt.timedelta


_QUARTER = dt.timedelta(minutes=15)

BOUNDS: Mapping[tuple[Tried, str], _Limit] = MappingProxyType(
    {
        (Tried.PASSWORD, "user"): _Limit(10, _QUARTER),
        (Tried.PASSWORD, "device"): _Limit(10, _QUARTER),
        (Tried.PASSWORD, "address"): _Limit(50, _QUARTER),
        (Tried.PASSWORD, "everybody"): _Limit(1000, _QUARTER),
        (Tried.CODE, "user"): _Limit(10, _QUARTER),
        (Tried.CODE, "device"): _Limit(10, _QUARTER),
        (Tried.CODE, "address"): _Limit(50, _QUARTER),
        (Tried.CODE, "everybody"): _Limit(1000, _QUARTER),
        (Tried.SMS, "user"): _Limit(5, dt.timedelta(hours=1)),
        (Tried.SMS, "device"): _Limit(5, dt.timedelta(hours=1)),
        (Tried.SMS, "address"): _Limit(10, dt.timedelta(hours=1)),
        (Tried.SMS, "everybody"): _Limit(200, dt.timedelta(hours=1)),
        (Tried.COOKIE, "address"): _Limit(200, _QUARTER),
        (Tried.COOKIE, "everybody"): _Limit(5000, _QUARTER),
        (Tried.LINK, "address"): _Limit(50, _QUARTER),
        (Tried.LINK, "everybody"): _Limit(1000, _QUARTER),
        (Tried.TOKEN, "address"): _Limit(200, _QUARTER),
        (Tried.TOKEN, "everybody"): _Limit(5000, _QUARTER),
    }
)
"""Tries by what is tried, and by what is counted."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter that a try counts in.

    Parameters
    ----------
    name
        Of the counter as it is stored, such as ``password|user``.
    subject
        A digest: whom the counter is about can only be confirmed, not read.
    most, window
        So many tries within so long.
    is_own
        Whether it is about one person, and so is forgotten when they get in.
    """

    name: str
    subject: bytes
    most: int
    window: dt.timedelta
    is_own: bool


def counters(tried: Tried, *, user: str, address: str, device: bytes | None) -> Sequence[Counter]:
    """Return the counters that a try counts in.

    Parameters
    ----------
    tried
        What.
    user
        Against whom: tenant and address, whether there is such a person or not; empty for nobody.
    address
        From where; empty where that is not known. Of IPv6 the first 64 bits count: the rest is anybody's.
    device
        Digest of the token of a device in which this person has signed in before; None for another one. It is
        the only one that counts then.

    Examples
    --------
    >>> [one.name for one in counters(Tried.PASSWORD, user="a", address="192.0.2.1", device=None)]
    ['password|user', 'password|address', 'password|everybody']
    >>> [one.name for one in counters(Tried.PASSWORD, user="a", address="192.0.2.1", device=b"d")]
    ['password|device']
    """
    subjects = {"user": user, "address": _network(address), "everybody": "-"}
    if device is not None:
        subjects = {"device": f"{user}|{device.hex()}"}
    found = []
    for about, subject in subjects.items():
        limit = BOUNDS.get((tried, about))
        if subject and limit is not None:
            digest = hashlib.sha256(f"{tried}|{about}|{subject}".encode()).digest()
            found.append(
                Counter(f"{tried}|{about}", digest, limit.most, limit.window, about in ("user", "device"))
            )
    return found


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
