"""A run of positions that have changed, so that live risk stands on what is held."""

from uuid import UUID

from plimsoll.data.store.database import Database
from plimsoll.data.store.standings import Standing, alone, standings
from plimsoll.workflows.request_document import from_document
from plimsoll.workflows.runs import start_run

__all__ = ["run_of_new_positions"]

_BY = "live"


async def run_of_new_positions(database: Database, tenant: UUID, standing: Standing) -> Standing | None:
    """Calculate a portfolio again with the options of its last run, once however many instances ask.

    Parameters
    ----------
    database, tenant
        Where, and whose.
    standing
        Of a portfolio whose positions have changed since its run.

    Returns
    -------
    Standing or None
        With a run of the positions of now; None while another instance is making it.

    Raises
    ------
    PlimsollError
        If the positions cannot be run.
    """
    async with database.session(tenant) as session:
        if not await alone(session, standing.portfolio_id):
            return None
        now = (await standings(session, (standing.portfolio_id,)))[standing.portfolio_id]
        if not now.has_new_positions:
            return now
        await start_run(
            database,
            tenant,
            portfolio_id=standing.portfolio_id,
            request=from_document(now.request),
            created_by=_BY,
            within=session,
        )
        return (await standings(session, (standing.portfolio_id,)))[standing.portfolio_id]
