"""The tree of portfolios: the calls, and the methods of both clients."""

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.portfolios import Portfolio, PortfolioBranch, PortfolioTree

__all__ = ["AsyncTreeMethods", "TreeMethods"]


def _tree(include_archived: bool) -> Call[PortfolioTree]:
    return get("/portfolios/tree", message(PortfolioTree), archived="true" if include_archived else None)


def _restore(known: Portfolio) -> Call[Portfolio]:
    return Call(
        method="POST",
        path=f"{API_PREFIX}/portfolios/{known.id}/restore",
        read=message(Portfolio),
        headers={"If-Match": f'"{known.version}"'},
    )


class TreeMethods(Sends):
    """The tree of a client that waits for each answer."""

    def portfolio_tree(self, *, include_archived: bool = False) -> tuple[PortfolioBranch, ...]:
        """Return all portfolios, each after the one above it, with its last run and its open breaches.

        Parameters
        ----------
        include_archived
            Whether archived ones are there as well.
        """
        return self.send(_tree(include_archived)).items

    def restore_portfolio(self, known: Portfolio) -> Portfolio:
        """Take an archived portfolio into use again.

        A ConflictError says that its name is taken or that the one above it is archived, a PreconditionError
        that somebody has changed it since it was read.

        Parameters
        ----------
        known
            The archived portfolio, as it was read.
        """
        return self.send(_restore(known))


class AsyncTreeMethods(AsyncSends):
    """The tree of a client on an event loop; see `TreeMethods`."""

    async def portfolio_tree(self, *, include_archived: bool = False) -> tuple[PortfolioBranch, ...]:
        """Return all portfolios, each after the one above it, with its last run and its open breaches."""
        return (await self.send(_tree(include_archived))).items

    async def restore_portfolio(self, known: Portfolio) -> Portfolio:
        """Take an archived portfolio into use again; see `TreeMethods`."""
        return await self.send(_restore(known))
