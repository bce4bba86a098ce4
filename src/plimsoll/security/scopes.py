"""Where a permission holds: in the whole tenant, or in some portfolios and all that lies below them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

__all__ = ["EVERYTHING", "Reach", "Scope"]

Reach = tuple[frozenset[UUID], ...]
"""What a request reaches: the portfolios at or below one of each set; several sets are an overlap."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where each permission of a principal holds.

    Parameters
    ----------
    parts
        Permissions that do not hold in the whole tenant, each with the portfolios at and below which it
        does; see :meth:`of`.
    within
        Portfolios at and below which all permissions hold at most, whatever the parts say; None for no bound.

    Examples
    --------
    >>> desk = UUID(int=1)
    >>> scope = Scope.of({"runs:read": {desk}})
    >>> scope.reach(["portfolios:read"]) is None, scope.reach(["runs:read"]) == (frozenset({desk}),)
    (True, True)
    """

    parts: tuple[tuple[str, frozenset[UUID]], ...] = ()
    within: frozenset[UUID] | None = None

    @classmethod
    def of(cls, roots: Mapping[str, Iterable[UUID]]) -> "Scope":
        """Return a scope.

        Parameters
        ----------
        roots
            By permission, the portfolios at and below which it holds; a permission that is not there holds in
            the whole tenant, one without portfolios nowhere.
        """
        return cls(tuple(sorted((str(name), frozenset(ids)) for name, ids in roots.items())))

    @property
    def is_everything(self) -> bool:
        """Whether every permission holds in the whole tenant."""
        return not self.parts and self.within is None

    def bounded(self, within: Iterable[UUID]) -> "Scope":
        """Return this scope as far as it lies at or below some portfolios; of one without a bound.

        Examples
        --------
        >>> desk, book = UUID(int=1), UUID(int=2)
        >>> Scope.of({"runs:read": {desk}}).bounded({book}).reach(["runs:read"]) == (
        ...     frozenset({desk}), frozenset({book})
        ... )
        True
        """
        return replace(self, within=frozenset(within))

    def reach(self, permissions: Iterable[str]) -> Reach | None:
        """Return what a request that needs these permissions reaches; None for the whole tenant.

        Parameters
        ----------
        permissions
            All that it needs; the caller has them.
        """
        needed = set(permissions)
        found = {ids for name, ids in self.parts if name in needed}
        if self.within is not None:
            found.add(self.within)
        return tuple(sorted(found, key=sorted)) if found else None

    def covers(self, other: "Scope", permissions: Iterable[str]) -> bool:
        """Return whether these permissions hold here wherever they hold there, going by the portfolios named.

        Parameters
        ----------
        other
            Another scope; a portfolio below one of ours counts as outside unless it is named here as well.
        permissions
            Those that are compared.
        """
        return all(
            any(theirs <= mine for theirs in other.reach([name]) or ())
            for name in map(str, permissions)
            for mine in self.reach([name]) or ()
        )


EVERYTHING = Scope()
"""The whole tenant, for every permission."""
