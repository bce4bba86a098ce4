"""``plimsoll webhooks``: where events are sent, and what became of each."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.alerts import duration
from plimsoll.cli.asking import Json, ask, identifier
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where
from plimsoll.errors import UsageError

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.model import WireModel
    from plimsoll.wire.webhooks import Delivery, Webhook, WebhookWithSecret

__all__ = ["add", "deliveries", "list_webhooks", "remove", "replay", "webhooks"]

webhooks = typer.Typer(
    help="Webhooks: where events are sent. They are asked of the platform of the data directory.",
    no_args_is_help=True,
)

_Webhook = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Id of a webhook.")]
_WHERE = "plimsoll webhooks list shows the ids of webhooks."
_MOST = 200


@webhooks.command("list")
def list_webhooks(data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """List webhooks, oldest first. Exit 1 if one was taken out of use."""

    async def question(client: "AsyncRiskClient") -> list["Webhook"]:
        return [webhook async for webhook in client.webhooks()]

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text(_lines(found))
    else:
        from rich.table import Table

        table = Table("webhook", "url", "kinds", "state", box=None, pad_edge=False)
        for webhook in found:
            state = webhook.disabled_reason or "in use"
            table.add_row(str(webhook.id), webhook.url, ", ".join(webhook.kinds) or "all", state)
        tables(piped_width=200).print(table)
    if any(webhook.disabled_at is not None for webhook in found):
        raise typer.Exit(1)


@webhooks.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to; https.")],
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Of events; may be repeated. Default: all.")
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Create a webhook and print its secret, which is shown this once."""

    async def question(client: "AsyncRiskClient") -> "WebhookWithSecret":
        return await client.add_webhook(url, kind or ())

    made = ask(where(data_dir, database_url), question)
    write_text(made.model_dump_json() + "\n" if json else f"webhook    {made.id}\nsecret     {made.secret}\n")


@webhooks.command()
def remove(
    webhook: _Webhook, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False
) -> None:
    """Send nothing more to a webhook."""
    chosen = identifier(webhook, _WHERE)

    async def question(client: "AsyncRiskClient") -> None:
        await client.remove_webhook(await client.webhook(chosen))

    ask(where(data_dir, database_url), question)
    write_text(f'{{"removed": "{chosen}"}}\n' if json else f"{chosen} is removed.\n")


@webhooks.command()
def deliveries(
    webhook: _Webhook,
    limit: Annotated[int, typer.Option(metavar="COUNT", min=1, help="Most deliveries to list.")] = 50,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """List what was sent to a webhook and what came of it, the last made first."""
    chosen = identifier(webhook, _WHERE)

    async def question(client: "AsyncRiskClient") -> list["Delivery"]:
        found: list[Delivery] = []
        async for delivery in client.deliveries(chosen, page_size=min(limit, _MOST)):
            found.append(delivery)
            if len(found) == limit:
                break
        return found

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text(_lines(found))
        return
    from rich.table import Table

    table = Table("delivery", "event", "made", "status", "attempts", "last answer", box=None, pad_edge=False)
    for delivery in found:
        last = delivery.attempts[-1] if delivery.attempts else None
        said = "" if last is None else last.error or str(last.status)
        ids, made = (str(delivery.id), str(delivery.event_id)), f"{delivery.created_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(*ids, made, delivery.status, str(len(delivery.attempts)), said)
    tables(piped_width=200).print(table)


@webhooks.command()
def replay(
    webhook: _Webhook,
    delivery: Annotated[str | None, typer.Option(metavar="ID", help="Only this delivery.")] = None,
    last: Annotated[
        str | None, typer.Option(metavar="TIME", help="All of this time until now, such as 2h or 1d.")
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Send one delivery, or all of a time, once more."""
    chosen = identifier(webhook, _WHERE)
    if (delivery is None) == (last is None):
        raise UsageError("what is to be replayed?", remedy="Give either --delivery or --last.")

    async def question(client: "AsyncRiskClient") -> int:
        if last is not None:
            now = dt.datetime.now(dt.UTC)
            return await client.replay_deliveries(chosen, now - duration(last), now)
        wanted = identifier(delivery or "", "plimsoll webhooks deliveries shows the ids of deliveries.")
        async for known in client.deliveries(chosen, page_size=_MOST):
            if known.id == wanted:
                return await client.replay_delivery(known)
        raise UsageError("there is no such delivery to this webhook")

    count = ask(where(data_dir, database_url), question)
    write_text(f'{{"deliveries": {count}}}\n' if json else f"{count} sent once more.\n")


def _lines(found: "list[Webhook] | list[Delivery]") -> str:
    messages: list[WireModel] = list(found)
    return "[" + ",\n ".join(one.model_dump_json() for one in messages) + "]\n"
