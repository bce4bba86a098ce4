"""From where a browser talks to us: what passkeys are bound to."""

import ipaddress

from starlette.requests import HTTPConnection

__all__ = ["web_origin"]


def web_origin(request: HTTPConnection) -> str:
    """Return the origin under which a request reached us, such as ``https://risk.example.com``.

    The name in it was checked at the door: nobody is served under another name than ours. It is empty where
    it is an address, because browsers make passkeys for names alone.
    """
    host = request.headers.get("host", "")
    name = host.rpartition("]")[0].removeprefix("[") or host.partition(":")[0]
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return f"{request.scope['scheme']}://{host}"
    return ""
