"""The typed SDK of the risk API: what programs use to reach a running Plimsoll."""

from plimsoll.client.asynchronous import AsyncRiskClient
from plimsoll.client.blocking import RiskClient
from plimsoll.client.credentials import PasswordCredentials, PrivateKeyCredentials
from plimsoll.client.frames import to_pandas, to_polars
from plimsoll.client.retries import Retries

__all__ = [
    "AsyncRiskClient",
    "PasswordCredentials",
    "PrivateKeyCredentials",
    "Retries",
    "RiskClient",
    "to_pandas",
    "to_polars",
]
