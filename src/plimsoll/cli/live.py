"""``plimsoll live``: the risk of a portfolio as it moves, in a terminal, a pipe or a program."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from plimsoll.cli.live_view import as_line, as_table
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DataDir, where
from plimsoll.cli.stopping import stoppable
from plimsoll.errors import NotFoundError, UnavailableError, UsageError

if TYPE_CHECKING:
    from plimsoll.client import RiskClient
    from plimsoll.wire.live import LiveUpdate

__all__ = ["live", "running_client"]


def live(
    portfolio: Annotated[str, typer.Argument(metavar="PORTFOLIO", help="Its name or its id.")],
    by: Annotated[str, typer.Option(metavar="A,B", help="Attributes to cut by, top down.")] = "",
    data_dir: DataDir = None,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for each update.")] = False,
    seconds: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Stop after so long. Default: with Ctrl-C.")
    ] = None,
) -> None:
    """Follow the risk of a portfolio as ticks move it, from the platform that runs in the data directory."""
    names = tuple(name.strip().lower() for name in by.split(",") if name.strip())
    with stoppable(), running_client(where(data_dir, None)[0]) as client:
        found = _portfolio(client, portfolio)
        updates = _updates(client, found, names, seconds)
        if json:
            for update in updates:
                write_text(update.model_dump_json() + "\n")
        elif tables().is_terminal:
            _show(updates, names, portfolio)
        else:
            for update in updates:
                write_text(as_line(update) + "\n")


def running_client(directory: Path) -> "RiskClient":
    """Return a client of the platform that runs in a data directory.

    Raises
    ------
    UnavailableError
        If none runs there.
    """
    from plimsoll.client import RiskClient
    from plimsoll.services.risk_api.local_key import local_api_key
    from plimsoll.services.risk_api.running import running_url

    url = running_url(directory)
    if url is None:
        raise UnavailableError(f"no platform runs in {directory}", remedy="Start one with plimsoll up.")
    return RiskClient(url, local_api_key(directory))


def _portfolio(client: "RiskClient", wanted: str) -> UUID:
    """Return the id of a portfolio that is named by name or id."""
    try:
        return UUID(wanted)
    except ValueError:
        pass
    found = [one.id for one in client.portfolios() if one.name == wanted]
    if not found:
        raise NotFoundError(f"there is no portfolio {wanted}", remedy="Look for it in plimsoll runs list.")
    if len(found) > 1:
        raise UsageError(f"there are {len(found)} portfolios {wanted}", remedy="Name its id.")
    return found[0]


def _updates(
    client: "RiskClient", portfolio: UUID, by: tuple[str, ...], seconds: float | None
) -> Iterator["LiveUpdate"]:
    ends = None if seconds is None else time.monotonic() + seconds
    for event in client.live(portfolio, by):
        yield event.update
        if ends is not None and time.monotonic() >= ends:
            return


def _show(updates: Iterator["LiveUpdate"], by: tuple[str, ...], title: str) -> None:
    from rich.live import Live

    with Live(console=tables(), auto_refresh=False) as view:
        for update in updates:
            view.update(as_table(update, by, update.base_currency, title), refresh=True)
