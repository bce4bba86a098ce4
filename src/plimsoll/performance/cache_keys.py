"""Keys of a cache: whose, what of what, in which version; never shared between tenants."""

from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

__all__ = ["CacheKey"]


class CacheKey(NamedTuple):
    """The name of one value.

    The tenant is a part of its own that cannot be left out, and all parts are written so that no two
    different keys have the same text. What a value depends on stands in its key, so that nothing has to be
    removed when something changes: nobody asks for the old key any more.

    Parameters
    ----------
    tenant
        Whose value it is.
    kind
        What it is, such as ``report``.
    parts
        Of what, and in which version: ids, hashes, versions of the code.

    Examples
    --------
    >>> CacheKey(UUID(int=1), "report", ("a:b", "v1")).text
    'plimsoll:00000000-0000-0000-0000-000000000001:report:a%3Ab:v1'
    """

    tenant: UUID
    kind: str
    parts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The name under which Redis keeps it."""
        return ":".join(
            ["plimsoll", str(self.tenant), *(quote(part, safe="") for part in (self.kind, *self.parts))]
        )
