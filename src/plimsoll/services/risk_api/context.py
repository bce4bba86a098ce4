"""What the API needs to run, handed in once and reached by every endpoint as `Context`."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, TypedDict

from fastapi import FastAPI
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from plimsoll.data.store.database import Database
from plimsoll.monitoring.health import Readiness
from plimsoll.monitoring.metrics import Metrics
from plimsoll.monitoring.tracing import Tracing
from plimsoll.performance.breaker import Breaker
from plimsoll.performance.cache import TwoLevelCache
from plimsoll.performance.overload import Admission
from plimsoll.security.audit_chain import AuditKey
from plimsoll.security.passwords import Passwords
from plimsoll.security.tokens import new_token
from plimsoll.security.virus_scanner import VirusScanner
from plimsoll.services.risk_api.at_once import at_once
from plimsoll.services.risk_api.bearers import Bearers
from plimsoll.services.risk_api.event_feed import EventFeed
from plimsoll.services.risk_api.guesses import Guesses
from plimsoll.services.risk_api.kept_answers import KeptAnswers
from plimsoll.services.risk_api.known_callers import KnownCallers
from plimsoll.services.risk_api.places import Places
from plimsoll.services.risk_api.rate_limiting import DEFAULT_RATE, RateLimiting
from plimsoll.services.risk_api.refusals import Refusals
from plimsoll.services.risk_api.request_limits import LOOPBACK
from plimsoll.services.risk_api.server_sent_events import Streams
from plimsoll.services.risk_api.sign_in import LocalSignIn
from plimsoll.services.risk_api.start_up import StartUp
from plimsoll.workflows.audit_sealing import AuditKeeping
from plimsoll.workflows.limit_memory import LimitMemory
from plimsoll.workflows.live_hub import LiveHub
from plimsoll.workflows.live_pace import Pace
from plimsoll.workflows.mail import Mailer, NoMailer
from plimsoll.workflows.outward import Outward
from plimsoll.workflows.second_step import SecondStep
from plimsoll.workflows.tenant_sealers import TenantSealers
from plimsoll.workflows.text_messages import NoTexts, TextSender

__all__ = [
    "ApiContext",
    "Calculations",
    "Callers",
    "Context",
    "LifespanState",
    "Limits",
    "Live",
    "bearers_of",
    "calculations_of",
    "callers_of",
    "context_of",
    "in_process",
    "limits_of",
    "live_of",
    "readiness_of",
]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiContext:
    """Everything the API reaches, made by whoever starts it.

    Parameters
    ----------
    database
        Opened by the caller; the API closes it when it stops.
    sign_in
        Who is let in.
    clock
        Says what time it is.
    hosts
        Names that the ``Host`` header may have, without the port.
    loopback_only
        Whether requests from other machines are refused.
    proxies
        Networks of the proxies that are believed when they say who a client is and that it came by TLS.
    metrics
        Where measurements go; `plimsoll.monitoring.metrics.metrics_app` publishes them on another port.
    streams
        The streams of events that are open; they end when the API stops.
    outward
        How what users name is reached, and what seals the secrets of tenants; by default with a master key
        that is forgotten.
    start_up
        What is still being prepared.
    live_pace
        How often live risk does what.
    cache
        Of answers; the API closes it when it stops. Its second level is a Redis, if there is one.
    breakers
        Of all dependencies that have one, by name; shown to those who may see the state of the system.
    redis_url
        Of the Redis through which instances share ticks; None for one that is alone.
    admission
        How many requests may be under way, by priority.
    rate_limit
        Units a second that one principal may ask for; see `plimsoll.services.risk_api.rate_limiting`.
    tracing
        Where spans go; None for nowhere.
    four_eyes
        Whether nobody approves a change of a limit that they have proposed themselves.
    passwords
        What hashes and checks passwords.
    mailer
        What carries e-mail to people with accounts.
    second
        What knows the second factors of people; None for the factors that are stored.
    texts
        What sends text messages; by default nothing does.
    address
        Where people find the platform, for links in e-mail: never what a request says.
    scanner
        Asked about each file that is uploaded; None for nobody.
    audit
        What vouches for the audit; by default with a key that is forgotten.
    """

    database: Database
    sign_in: LocalSignIn
    clock: Callable[[], dt.datetime] = _now
    hosts: frozenset[str] = LOOPBACK
    loopback_only: bool = True
    proxies: tuple[str, ...] = ()
    metrics: Metrics = field(default_factory=Metrics)
    streams: Streams = field(default_factory=Streams)
    outward: Outward = field(default_factory=Outward)
    start_up: StartUp = field(default_factory=StartUp)
    live_pace: Pace = field(default_factory=Pace)
    cache: TwoLevelCache = field(default_factory=TwoLevelCache)
    breakers: dict[str, Breaker] = field(default_factory=dict)
    redis_url: str | None = field(default=None, repr=False)
    admission: Admission = field(default_factory=Admission)
    rate_limit: float = DEFAULT_RATE
    tracing: Tracing | None = None
    four_eyes: bool = True
    passwords: Passwords = field(default_factory=Passwords)
    mailer: Mailer = field(default_factory=NoMailer)
    second: SecondStep | None = None
    texts: TextSender = field(default_factory=NoTexts)
    address: str = "http://localhost:8000"
    scanner: VirusScanner | None = None
    audit: AuditKeeping = field(default_factory=lambda: AuditKeeping(AuditKey(new_token("pla"))))

    @property
    def sealers(self) -> TenantSealers:
        """What finds the sealer of a tenant, as ``await context.sealers.of(session)``."""
        return self.outward.sealers


class LifespanState(TypedDict):
    """What the lifespan hands to each request, as ``request.state``.

    Attributes
    ----------
    context
        What the API was started with.
    creations
        Places for creations under way; see `plimsoll.services.risk_api.idempotency`.
    calculations
        Places for risk runs being calculated: fewer than for creations, so that long runs never keep a
        portfolio from being made.
    answers
        Those that are kept.
    rate_limiting
        What each caller may still ask for.
    readiness
        Whether the parts that are needed work.
    limits
        Those of runs, as they were read a moment ago.
    live
        Live risk of this process.
    callers
        Those who were recognised a moment ago, by the token of their session or their bearer token.
    bearers
        What knows who holds which bearer token.
    feed
        The events that clients follow.
    guesses
        What counts tokens that lead nowhere.
    refusals
        Who was refused what, until it is written down.
    """

    context: ApiContext
    creations: Places
    calculations: Places
    answers: KeptAnswers
    rate_limiting: RateLimiting
    readiness: Readiness
    limits: LimitMemory
    live: LiveHub
    callers: KnownCallers
    bearers: Bearers
    feed: EventFeed
    guesses: Guesses
    refusals: Refusals


def context_of(request: HTTPConnection) -> ApiContext:
    """Return what the API was started with."""
    context: ApiContext = request.scope["state"]["context"]
    return context


def readiness_of(request: Request) -> Readiness:
    """Return what knows whether the parts that are needed work."""
    readiness: Readiness = request.state.readiness
    return readiness


def calculations_of(request: Request) -> Places:
    """Return the places for risk runs being calculated."""
    calculations: Places = request.state.calculations
    return calculations


def bearers_of(request: HTTPConnection) -> Bearers:
    """Return what knows who holds which bearer token."""
    bearers: Bearers = request.scope["state"]["bearers"]
    return bearers


def callers_of(request: HTTPConnection) -> KnownCallers:
    """Return who was recognised a moment ago."""
    callers: KnownCallers = request.state.callers
    return callers


def limits_of(request: HTTPConnection) -> LimitMemory:
    """Return what remembers the limits of runs."""
    limits: LimitMemory = request.state.limits
    return limits


def live_of(request: HTTPConnection) -> LiveHub:
    """Return live risk of this process."""
    live: LiveHub = request.state.live
    return live


Calculations = Annotated[Places, at_once(calculations_of)]
Callers = Annotated[KnownCallers, at_once(callers_of)]
Context = Annotated[ApiContext, at_once(context_of)]
Limits = Annotated[LimitMemory, at_once(limits_of)]
Live = Annotated[LiveHub, at_once(live_of)]


@asynccontextmanager
async def in_process(app: FastAPI) -> AsyncIterator[ASGIApp]:
    """Start and stop the application without a server, for an ASGI transport.

    Parameters
    ----------
    app
        From `create_app`.

    Yields
    ------
    ASGIApp
        What ``httpx2.ASGITransport`` takes; such a transport knows no lifespan of its own.
    """
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        yield with_state
