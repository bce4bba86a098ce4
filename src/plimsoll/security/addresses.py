"""Which addresses a user may make the platform talk to: public ones, and no way round that."""

import ipaddress

__all__ = ["is_loopback", "is_public"]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")

# Where clouds answer with credentials although the registries call the address public.
_CLOUDS = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("168.63.129.16/32"))

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: str) -> bool:
    """Return whether an address is one of the open internet.

    Private, loopback, link-local (where clouds keep their credentials), shared, reserved and multicast
    addresses are not, nor are IPv6 addresses that stand for such an IPv4 address.

    Parameters
    ----------
    address
        IPv4 or IPv6, as a resolver says it; anything else is not public.

    Examples
    --------
    >>> is_public("93.184.215.14"), is_public("169.254.169.254"), is_public("::ffff:169.254.169.254")
    (True, False, False)
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(map(_is_open, _meant(parsed)))


def is_loopback(address: str) -> bool:
    """Return whether an address is this machine itself.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("10.0.0.1")
    (True, False)
    """
    try:
        return _meant(ipaddress.ip_address(address))[-1].is_loopback
    except ValueError:
        return False


def _is_open(address: _Address) -> bool:
    inner = address.is_multicast or address.is_reserved or any(address in cloud for cloud in _CLOUDS)
    return address.is_global and not inner


def _meant(address: _Address) -> tuple[_Address, ...]:
    """Return the address, or the IPv4 address it stands for; both where it is routed in its own right."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address in _LOCAL_NAT64:
        return (ipaddress.IPv4Address(0),)
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    within = [address.sixtofour] if address.sixtofour is not None else list(address.teredo or ())
    return (address, *within)
