"""``plimsoll demo``: what Plimsoll looks like at work, on a recorded past and without a server."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.live_view import as_json, as_line, as_table
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.stopping import stoppable
from plimsoll.errors import UsageError

if TYPE_CHECKING:
    from plimsoll.workflows.live import LiveUpdate
    from plimsoll.workflows.live_demo import LiveDemo

__all__ = ["demo", "live"]

demo = typer.Typer(help="See Plimsoll at work on recorded prices, offline.", no_args_is_help=True)

_UPDATES_A_SECOND = 10


@demo.callback()
def _demo() -> None:
    """Keep the group a group while it has one command."""


@demo.command()
def live(
    speed: Annotated[float, typer.Option(metavar="DAYS", help="Trading days replayed in a second.")] = 1.0,
    by: Annotated[str, typer.Option(metavar="A,B", help="Attributes to cut by, top down.")] = "desk,book",
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for each update.")] = False,
    seconds: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Stop after so long. Default: with the prices.")
    ] = None,
) -> None:
    """Watch VaR and ES of the long/short demo book move with ticks: a year of recorded closes, replayed.

    Each close is a tick at a moment of its own within its day; nothing is interpolated. Ctrl-C stops.
    """
    if not 0.0 < speed <= 10_000.0:
        raise UsageError("--speed does not make sense", remedy="It takes days a second, such as 1 or 20.")
    if seconds is not None and not seconds > 0.0:
        raise UsageError("--seconds does not make sense", remedy="It takes a time above zero.")
    names = tuple(name.strip().lower() for name in by.split(",") if name.strip())
    with stoppable():
        from plimsoll.workflows.live_demo import live_demo

        replay = live_demo(names)
        updates = _updates(replay, speed, seconds)
        if json:
            _print(updates, lambda update: as_json(update, replay.portfolio.base_currency))
        elif tables().is_terminal:
            _show(updates, names, replay.portfolio.base_currency)
        else:
            _print(_one_a_day(updates), as_line)


def _updates(replay: "LiveDemo", speed: float, seconds: float | None) -> Iterator["LiveUpdate"]:
    """Yield the risk some times a second until the prices, or the time, are over."""
    started = time.monotonic()
    elapsed = 0.0
    while True:
        yield replay.advance(elapsed * speed)
        if replay.finished or (seconds is not None and elapsed >= seconds):
            return
        elapsed += 1.0 / _UPDATES_A_SECOND
        time.sleep(max(0.0, started + elapsed - time.monotonic()))


def _one_a_day(updates: Iterator["LiveUpdate"]) -> Iterator["LiveUpdate"]:
    """Pass on the first update of each day and the very last: a pipe is read, not watched."""
    day, last = None, None
    for update in updates:
        last = update
        if update.at.date() != day:
            day, last = update.at.date(), None
            yield update
    if last is not None:
        yield last


def _print(updates: Iterator["LiveUpdate"], text: Callable[["LiveUpdate"], str]) -> None:
    for update in updates:
        write_text(text(update) + "\n")


def _show(updates: Iterator["LiveUpdate"], by: tuple[str, ...], currency: str) -> None:
    from rich.live import Live

    with Live(console=tables(), refresh_per_second=_UPDATES_A_SECOND) as view:
        for update in updates:
            view.update(as_table(update, by, currency, "Long/short, recorded closes replayed"))
