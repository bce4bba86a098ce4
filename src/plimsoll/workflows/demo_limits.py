"""Limits of the demo books: one is breached by the first run, one lies inside the interval of its VaR."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.risk.limits import Bound, Limit, LimitMeasure, Unit, node_of
from plimsoll.workflows.limits import decide, propose_limit

__all__ = ["DEMO_LIMITS", "put_demo_limits"]

DEMO_LIMITS: Mapping[str, Mapping[str, Limit]] = MappingProxyType(
    {
        "Long only": {
            "VaR": Limit(measure=LimitMeasure.VAR, hard=350_000.0, hysteresis=0.05),
            "Technology": Limit(
                measure=LimitMeasure.SHARE,
                node=node_of({"sector": "Information Technology"}),
                unit=Unit.FRACTION,
                hard=0.25,
                hysteresis=0.05,
            ),
        },
        "Long/short": {
            "ES from special situations": Limit(
                measure=LimitMeasure.COMPONENT_ES,
                node=node_of({"desk": "Special situations"}),
                soft=100_000.0,
                hard=120_000.0,
                hysteresis=0.05,
            ),
            "Loss of the day": Limit(measure=LimitMeasure.DAY_PNL, bound=Bound.LOWER, hard=-200_000.0),
        },
        "Option overlay": {
            "ES": Limit(measure=LimitMeasure.ES, unit=Unit.FRACTION, soft=0.03, hard=0.04, hysteresis=0.05),
        },
    }
)
"""By name of the book and name of the limit."""


async def put_demo_limits(session: AsyncSession, book: str, portfolio_id: UUID, *, by: str) -> None:
    """Bring the limits of a demo book into force.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    book, portfolio_id
        Name and id of the book, which has its positions.
    by
        Who proposes and approves them: the demo has one person, and each decision says so.
    """
    for name, limit in DEMO_LIMITS.get(book, {}).items():
        record, proposal = await propose_limit(
            session, portfolio_id, name=name, limit=limit, comment="Part of the demo", proposed_by=by
        )
        await decide(session, record.id, proposal.id, approve=True, by=by, four_eyes=False)
