"""Rate limits: each principal and each tenant has so many units a second, and routes have prices."""

import math
from dataclasses import dataclass, field

from starlette.requests import Request

from plimsoll.monitoring.overload_metrics import OverloadMetrics
from plimsoll.performance.rate_limits import Allowance, Rate, RateLimits
from plimsoll.security.permissions import Principal
from plimsoll.services.risk_api.problems import ProblemError

__all__ = ["DEFAULT_RATE", "RateLimiting"]

DEFAULT_RATE = 20_000.0
"""Units a second of one principal: as much as this machine can do and more, for it is the user's own."""

_TENANT = 5.0  # so many times what one principal has

_Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class RateLimiting:
    """Takes the price of a request from its principal's and its tenant's bucket.

    Parameters
    ----------
    limits
        The buckets.
    metrics
        Where refusals are counted.
    per_second
        Units of one principal; a tenant has five times as many.
    """

    limits: RateLimits
    metrics: OverloadMetrics
    per_second: float = DEFAULT_RATE
    _rates: tuple[tuple[str, Rate], ...] = field(init=False, repr=False)
    _policy: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Write down what every answer says."""
        rates = (("principal", Rate(self.per_second)), ("tenant", Rate(_TENANT * self.per_second)))
        policy = ", ".join(f'"{name}";q={rate.burst:.0f};w={rate.seconds:.0f}' for name, rate in rates)
        object.__setattr__(self, "_rates", rates)
        object.__setattr__(self, "_policy", policy.encode())

    def charge(self, request: Request, principal: Principal, cost: int) -> None:
        """Let the request pass, and put what is left into the headers of its answer.

        Parameters
        ----------
        request
            Whose state gets the headers, also where it is refused.
        principal
            Who asks.
        cost
            Of the route.

        Raises
        ------
        ProblemError
            429 with the seconds after which it would pass.
        """
        tenant = principal.tenant.hex  # of one length, so that no id of a principal reads as another tenant
        for (name, rate), key in zip(self._rates, (f"{tenant}:{principal.id}", tenant), strict=True):
            found = self.limits.take(key, cost, rate)
            if not found.allowed or name == "principal":
                request.scope["state"]["answer_headers"] = self._headers(name, found)
            if not found.allowed:
                self.metrics.limited.labels(name).inc()
                wait = {"Retry-After": str(max(1, math.ceil(found.seconds)))}
                raise ProblemError(429, "rate-limited", f"This {name} has asked for too much.", headers=wait)

    def _headers(self, name: str, found: Allowance) -> _Headers:
        left = b'"%s";r=%d;t=%d' % (name.encode(), found.left, math.ceil(found.seconds))
        return [(b"ratelimit-policy", self._policy), (b"ratelimit", left)]
