"""``plimsoll ticks``: prices sent to the platform, from a file or from a recorded past."""

import csv
import datetime as dt
import itertools
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from plimsoll.cli.live import running_client
from plimsoll.cli.output import write_text
from plimsoll.cli.places import DataDir, where
from plimsoll.cli.stopping import stoppable
from plimsoll.errors import DataError, UnavailableError, UsageError

if TYPE_CHECKING:
    from plimsoll.client.tick_sender import TickSender
    from plimsoll.wire.ticks import TicksTaken

__all__ = ["replay", "replay_into", "send", "ticks"]

ticks = typer.Typer(help="Ticks: prices that move live risk.", no_args_is_help=True)

_AT_A_TIME = 500
_STEPS_A_SECOND = 10
_REPLAYED_DAYS = 252
_Tick = tuple[str, float, dt.datetime]


@ticks.command()
def send(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Lines of symbol,price[,time]; - for stdin.")],
    source: Annotated[str, typer.Option(metavar="NAME", help="Who says so.")] = "",
    data_dir: DataDir = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Send ticks to the platform that runs; a line without a time is of now. Exit 1 if none was taken."""
    with stoppable(), ExitStack() as stack:
        lines = sys.stdin if file == "-" else stack.enter_context(_opened(Path(file)))
        client = stack.enter_context(running_client(where(data_dir, None)[0]))
        sender = stack.enter_context(client.tick_sender(source or Path(file).name))
        taken = _sent(sender, _rows(file, lines))
    counts = taken.model_dump(include={"applied", "unknown", "old", "quarantined"})
    text = ", ".join(f"{count} {name}" for name, count in counts.items())
    write_text((taken.model_dump_json() if json else text) + "\n")
    if not taken.applied:
        raise typer.Exit(1)


@ticks.command()
def replay(
    speed: Annotated[float, typer.Option(metavar="DAYS", help="Trading days replayed in a second.")] = 1.0,
    seconds: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Stop after so long. Default: with Ctrl-C.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Replay a year of recorded demo closes as ticks of now, again and again: live risk without a feed."""
    if not 0.0 < speed <= 10_000.0:
        raise UsageError("--speed does not make sense", remedy="It takes days a second, such as 1 or 20.")
    with stoppable(), running_client(where(data_dir, None)[0]) as client, client.tick_sender() as sender:
        replay_into(sender, speed, seconds=seconds)


def replay_into(sender: "TickSender", speed: float, *, seconds: float | None = None) -> None:
    """Send a year of recorded closes of the demo, each at a moment of its own within its day.

    Nothing is interpolated. The prices are of the past and the times of now: the source says that it is a
    replay.

    Parameters
    ----------
    sender
        Where to.
    speed
        Trading days in a second.
    seconds
        How long; None for ever.
    """
    from plimsoll.data.prices import read_prices
    from plimsoll.data.tick_replay import replayed_closes

    prices = read_prices("demo")
    start = prices.dates[-1 - _REPLAYED_DAYS].astype(dt.date)
    closes = list(replayed_closes(prices, prices.symbols, after=start))
    for round_ in itertools.count():
        begun, sent = time.monotonic(), 0
        while sent < len(closes):
            elapsed = time.monotonic() - begun
            due = list(itertools.takewhile(lambda one: one.days <= elapsed * speed, closes[sent:]))  # noqa: B023 - used at once
            sent += len(due)
            if due:
                sender.send({one.symbol: one.price for one in due})
            if seconds is not None and elapsed + round_ * _REPLAYED_DAYS / speed >= seconds:
                return
            time.sleep(1.0 / _STEPS_A_SECOND)


def _opened(file: Path) -> TextIO:
    try:
        return file.open(encoding="utf-8", newline="")
    except OSError as error:
        raise UnavailableError(f"{file} cannot be read: {error.strerror}") from error


def _sent(sender: "TickSender", rows: Iterator[_Tick]) -> "TicksTaken":
    from plimsoll.client.tick_batches import together

    answers = []
    while batch := list(itertools.islice(rows, _AT_A_TIME)):
        answers.append(sender.send(batch))
    return together(answers)


def _rows(file: str, lines: Iterable[str]) -> Iterator[_Tick]:
    for number, row in enumerate(csv.reader(lines), 1):
        if not row or (number == 1 and row[0].strip().lower() == "symbol"):
            continue
        try:
            symbol, price, *rest = (cell.strip() for cell in row)
            at = dt.datetime.fromisoformat(rest[0]) if rest and rest[0] else dt.datetime.now(dt.UTC)
            yield symbol, float(price), at
        except ValueError:
            remedy = "Write symbol,price or symbol,price,2026-06-30T14:30:00Z."
            raise DataError("is no tick", file=file, row=number, remedy=remedy) from None
