"""What starts and stops with the API."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from fastapi import FastAPI

from plimsoll.data.store import schema
from plimsoll.errors import UnavailableError
from plimsoll.monitoring.health import Readiness
from plimsoll.monitoring.slow_queries import watch_queries
from plimsoll.performance.breaker import Breaker, BreakerState
from plimsoll.performance.rate_limits import RateLimits
from plimsoll.security.permissions import Principal
from plimsoll.services.risk_api.bearers import Bearers, holder_of
from plimsoll.services.risk_api.context import ApiContext, LifespanState
from plimsoll.services.risk_api.event_feed import EventFeed
from plimsoll.services.risk_api.guesses import Guesses
from plimsoll.services.risk_api.kept_answers import KeptAnswers
from plimsoll.services.risk_api.known_callers import KnownCallers
from plimsoll.services.risk_api.live.hub import live_hub
from plimsoll.services.risk_api.places import Places
from plimsoll.services.risk_api.rate_limiting import RateLimiting
from plimsoll.services.risk_api.refusals import Refusals
from plimsoll.workflows.limit_memory import LimitMemory
from plimsoll.workflows.sessions import FORM_OF_TOKEN, principal_of
from plimsoll.workflows.signing_keys import Keys

__all__ = ["lifespan_of"]

# Half the connections of the pool: a creation holds one and its workflow may want a second, so were all held
# by creations, all would wait.
_CREATIONS = 5
_CALCULATIONS = 3
_CALCULATION_SECONDS = 60.0  # that a run waits for its turn


def lifespan_of(context: ApiContext) -> Callable[[FastAPI], AbstractAsyncContextManager[LifespanState]]:
    """Return the lifespan of an application with this context.

    Parameters
    ----------
    context
        Handed to each request; its statements are measured, and its database is closed at the end.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[LifespanState]:
        engine = context.database.engine
        watch_queries(engine.sync_engine, context.metrics.database)
        context.metrics.database.watch_pool(engine.sync_engine)
        context.database.watch_waits(context.metrics.database.pool_wait_seconds.observe)
        answers = KeptAnswers(context.cache)
        limits = RateLimits(context.cache.redis)
        limiting = RateLimiting(limits, context.metrics.overload, context.rate_limit)
        context.database.watch_changes(answers.note_changes)
        limits_of_runs = LimitMemory()
        context.database.watch_changes(limits_of_runs.note_changes)
        for name, breaker in context.breakers.items():
            context.metrics.overload.watch_breaker(name, partial(_openness, breaker))
        checks = {"database": context.database.check, "migrations": lambda: _migrated(context)}
        feed = EventFeed(context.database)
        keys = Keys(context.database, context.sign_in.tenant, context.sealers)
        callers = KnownCallers(partial(_caller, context, keys))
        try:
            async with live_hub(context).running() as live, Refusals(context.database).running() as refusals:
                yield {
                    "context": context,
                    "creations": Places(_CREATIONS),
                    "calculations": Places(_CALCULATIONS, seconds=_CALCULATION_SECONDS),
                    "answers": answers,
                    "rate_limiting": limiting,
                    "readiness": Readiness(checks),
                    "limits": limits_of_runs,
                    "live": live,
                    "callers": callers,
                    "bearers": Bearers(callers, keys, context.clock),
                    "feed": feed,
                    "guesses": Guesses(context.database, context.clock),
                    "refusals": refusals,
                }
        finally:
            context.streams.end()
            await limits.close()
            await feed.close()
            await context.cache.close()
            context.passwords.close()
            await context.database.dispose()

    return lifespan


def _openness(breaker: Breaker) -> float:
    return {BreakerState.CLOSED: 0.0, BreakerState.HALF_OPEN: 0.5, BreakerState.OPEN: 1.0}[breaker.state]


async def _caller(context: ApiContext, keys: Keys, token: str) -> Principal | None:
    if FORM_OF_TOKEN.fullmatch(token):
        return await principal_of(context.database, token, context.clock())
    return await holder_of(context.database, keys, token, context.clock())


async def _migrated(context: ApiContext) -> None:
    url = context.database.engine.url.render_as_string(hide_password=False)
    found = await asyncio.to_thread(schema.status, url)
    if found.pending:
        raise UnavailableError("migrations are pending")
