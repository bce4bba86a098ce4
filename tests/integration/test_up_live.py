"""Platforms as processes, seen from outside: numbers that move, two side by side, a webhook that arrives."""

from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from platform_process import platform
from plimsoll.client import RiskClient
from plimsoll.wire.live import LiveUpdate
from redis_server import until
from risk_api_world import prices_file
from webhook_receiver import receiver

BOOK = b"symbol,quantity,currency,desk\nAAA,10,USD,Growth\nBBB,-4,EUR,Value\n"


def test_a_replay_moves_the_numbers(tmp_path: Path) -> None:
    """With ``--replay-demo`` whoever follows a demo book sees its value and its VaR move."""
    with (
        platform(tmp_path, "--replay-demo", "20") as running,
        RiskClient(running.url, running.key) as client,
    ):
        book = next(one for one in client.portfolios() if one.name == "Long/short")
        run = next(client.runs(book.id))
        events = client.live(book.id, ["desk"])
        updates = [next(events).update for _ in range(4)]
        assert {update.risk_run for update in updates} == {run.id}
        assert [update.sequence for update in updates] == sorted({update.sequence for update in updates})
        assert len({update.nodes[0].value for update in updates}) == 4
        assert len({update.var.value for update in updates}) > 1
        assert running.stop()[0] == 0


def test_two_platforms_on_one_database_and_redis(database_url: str, redis_url: str, tmp_path: Path) -> None:
    """Ticks that are sent to one come out of the other, and both have the same numbers to the last bit."""
    shared = ("--no-demo", "--database-url", database_url, "--redis-url", redis_url)
    with ExitStack() as stack:
        clients = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            running = stack.enter_context(platform(tmp_path / name, *shared))
            clients.append(stack.enter_context(RiskClient(running.url, running.key)))
        one, two = clients
        book = _book_with_a_run(one)
        assert [found.id for found in two.portfolios()] == [book]
        told = two.live(book, ["desk"])
        before = next(told).update
        assert _numbers(one.live_portfolio(book, ["desk"])) == _numbers(before)
        assert one.push_ticks({"AAA": 107.25, "BBB": 48.5}).applied == 2
        until(lambda: _value(one, book) == _value(two, book) != before.nodes[0].value)
        here = one.live_portfolio(book, ["desk"])
        after = next(event.update for event in told if event.update.nodes[0].value == here.nodes[0].value)
        assert _numbers(after) == _numbers(here)
        assert two.push_ticks({"AAA": 108.0}).applied == 1
        until(lambda: _value(one, book) == _value(two, book) != after.nodes[0].value)
        assert _numbers(one.live_portfolio(book, ["desk"])) == _numbers(two.live_portfolio(book, ["desk"]))


def test_a_webhook_is_delivered(database_url: str, tmp_path: Path) -> None:
    """The worker inside the platform sends the event of a run, signed and the official library takes it."""
    (tmp_path / "plimsoll.toml").write_text("webhook_loopback = true\n")
    with (
        receiver() as there,
        platform(tmp_path, "--no-demo", "--database-url", database_url) as running,
        RiskClient(running.url, running.key) as client,
    ):
        webhook = client.add_webhook(there.url, kinds=["risk_run.finished"])
        _book_with_a_run(client)
        run = next(client.runs())
        until(lambda: bool(there.got))
        event = there.verified(webhook.secret)
        assert (event["type"], event["data"]["run_id"]) == ("risk_run.finished", run.run_id)
        until(lambda: next(client.deliveries(webhook.id)).status == "delivered")
        assert len(there.got) == 1


def _book_with_a_run(client: RiskClient) -> UUID:
    book = client.create_portfolio("Book")
    client.upload_prices(prices_file())
    client.import_positions(book.id, BOOK)
    client.start_run(book.id, days=60)
    return book.id


def _value(client: RiskClient, book: UUID) -> float | None:
    return client.live_portfolio(book, ["desk"]).nodes[0].value


def _numbers(update: LiveUpdate) -> object:
    return update.var, update.es, [node.model_dump() for node in update.nodes]
