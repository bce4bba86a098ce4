"""Who sends what a proxy hands on (pure ASGI): proxies that were named are believed, nobody else."""

import ipaddress
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["TrustedProxies", "peer_of"]

_PEER = "plimsoll.peer"
_SECURE = {"http": "https", "ws": "wss"}

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """Puts the client and the scheme that a trusted proxy names in the place of its own.

    A proxy appends to ``X-Forwarded-For`` what it sees, so the list is read from its end, past our own
    proxies: the first address that is none of them is the client, whatever the client has written before it.
    ``X-Forwarded-Proto`` is the last one said. ``X-Forwarded-Host`` and ``Forwarded`` are never believed.

    Parameters
    ----------
    app
        The next ASGI application.
    networks
        Of the proxies, as CIDRs.
    """

    def __init__(self, app: ASGIApp, *, networks: Sequence[str]) -> None:
        self.app = app
        self.networks: tuple[_Network, ...] = tuple(map(ipaddress.ip_network, networks))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "lifespan":
            scope = self._named(scope)
        await self.app(scope, receive, send)

    def _named(self, scope: Scope) -> Scope:
        peer = _address(str((scope.get("client") or ("",))[0]))
        if peer is None or not self._is_ours(peer):
            return scope
        named = {**scope, _PEER: str(peer), "client": (str(self._client(scope, peer)), 0)}
        if _said(scope, b"x-forwarded-proto")[-1:] == ["https"]:
            named["scheme"] = _SECURE.get(scope["scheme"], scope["scheme"])
        return named

    def _client(self, scope: Scope, peer: _Address) -> _Address:
        nearest = peer
        for said in reversed(_said(scope, b"x-forwarded-for")):
            address = _address(said)
            if address is None:
                break  # what stands before it is hearsay
            nearest = address
            if not self._is_ours(address):
                break
        return nearest

    def _is_ours(self, address: _Address) -> bool:
        return any(address in network for network in self.networks)


def peer_of(scope: Scope) -> str:
    """Return the address at the other end of the connection, be it a client or a proxy; empty if unknown."""
    return str(scope.get(_PEER) or (scope.get("client") or ("",))[0])


def _said(scope: Scope, header: bytes) -> list[str]:
    values = b",".join(value for name, value in scope["headers"] if name == header)
    return [part.strip().lower() for part in values.decode("latin-1").split(",")]


def _address(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
