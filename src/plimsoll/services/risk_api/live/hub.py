"""Live risk of the process as the API runs it."""

from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.live.messages import encoded
from plimsoll.workflows.live_hub import LiveHub
from plimsoll.workflows.live_pace import Watchers

__all__ = ["live_hub"]


def live_hub(context: ApiContext) -> LiveHub:
    """Return live risk on the database of the API, measured where the API is measured.

    Parameters
    ----------
    context
        What the API was started with.
    """
    measured = context.metrics.live
    hub = LiveHub(
        context.database,
        encode=encoded,
        pace=context.live_pace,
        watchers=Watchers(
            published=measured.latency_seconds.observe,
            coalesced=measured.ticks.labels("coalesced").inc,
            degraded=measured.degraded.set,
        ),
        clock=context.clock,
        redis_url=context.redis_url,
    )
    measured.tick_age_seconds.set_function(hub.tick_age)
    measured.portfolios.set_function(hub.portfolios)
    return hub
