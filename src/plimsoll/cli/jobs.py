"""``plimsoll jobs``: work that runs later, listed, shown, cancelled and tried again."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.asking import Json, ask, day, identifier
from plimsoll.cli.naming import portfolio_id
from plimsoll.cli.output import tables, write_text
from plimsoll.cli.places import DatabaseUrl, DataDir, where

if TYPE_CHECKING:
    from plimsoll.client import AsyncRiskClient
    from plimsoll.wire.jobs import Job

__all__ = ["backfill", "cancel", "jobs", "list_jobs", "retry", "show"]

jobs = typer.Typer(
    help="Jobs: work that runs later. They are asked of the platform of the data directory.",
    no_args_is_help=True,
)

_Job = Annotated[str, typer.Argument(metavar="JOB", help="Id of a job.")]
_WHERE = "plimsoll jobs list shows the ids of jobs."


@jobs.command("list")
def list_jobs(
    status: Annotated[
        str | None,
        typer.Option(metavar="STATE", help="queued, running, succeeded, failed, parked or cancelled."),
    ] = None,
    kind: Annotated[str | None, typer.Option(metavar="KIND", help="Such as risk-run or backfill.")] = None,
    limit: Annotated[int, typer.Option(metavar="COUNT", min=1, help="Most jobs to list.")] = 20,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """List jobs, the last made first."""

    async def question(client: "AsyncRiskClient") -> list["Job"]:
        found: list[Job] = []
        async for job in client.jobs(status=status, kind=kind, page_size=min(limit, 200)):
            found.append(job)
            if len(found) == limit:
                break
        return found

    found = ask(where(data_dir, database_url), question)
    if json:
        write_text("[" + ",\n ".join(job.model_dump_json() for job in found) + "]\n")
        return
    from rich.table import Table

    table = Table("job", "kind", "status", "progress", "made", "reason", box=None, pad_edge=False)
    for job in found:
        made = f"{job.created_at:%Y-%m-%d %H:%M}"
        reason = (job.reason or "").partition("\n")[0]
        table.add_row(str(job.id), job.kind, job.status, _progress(job), made, reason)
    tables(piped_width=200).print(table)


@jobs.command()
def show(job: _Job, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """Show how far a job is, why it failed or where its result is. Exit 1 if it failed or was parked."""
    chosen = identifier(job, _WHERE)
    found = ask(where(data_dir, database_url), lambda client: client.job(chosen))
    _tell(found, json)
    if found.status in ("failed", "parked"):
        raise typer.Exit(1)


@jobs.command()
def cancel(job: _Job, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """Cancel a job at once, however far it is."""
    chosen = identifier(job, _WHERE)
    _tell(ask(where(data_dir, database_url), lambda client: client.cancel_job(chosen)), json)


@jobs.command()
def retry(job: _Job, data_dir: DataDir = None, database_url: DatabaseUrl = None, json: Json = False) -> None:
    """Try a job again that failed, was parked or was cancelled."""
    chosen = identifier(job, _WHERE)
    _tell(ask(where(data_dir, database_url), lambda client: client.retry_job(chosen)), json)


@jobs.command()
def backfill(
    portfolio: Annotated[str, typer.Argument(metavar="PORTFOLIO", help="Id of a portfolio, or its name.")],
    first: Annotated[str, typer.Argument(metavar="FIRST", help="First date, as 2022-01-03.")],
    last: Annotated[str, typer.Argument(metavar="LAST", help="Last date, included.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    json: Json = False,
) -> None:
    """Put down the risk runs of a range of past dates that are not there yet."""
    dates = day(first), day(last)

    async def question(client: "AsyncRiskClient") -> "Job":
        return await client.backfill(await portfolio_id(client, portfolio), *dates)

    _tell(ask(where(data_dir, database_url), question), json)


def _tell(job: "Job", json: bool) -> None:
    if json:
        write_text(job.model_dump_json() + "\n")
        return
    lines = {
        "job": f"{job.id}, {job.kind}",
        "status": f"{job.status} after {job.attempts} attempts" if job.attempts > 1 else job.status,
        "progress": _progress(job),
        "made": f"{job.created_at:%Y-%m-%d %H:%M:%S} UTC by {job.created_by}",
        "begun": _instant(job.started_at),
        "finished": _instant(job.finished_at),
        "expected": _instant(job.estimated_finish),
        "reason": job.reason or "",
        "result": job.result_url or ("" if job.result is None else str(job.result)),
    }
    write_text("".join(f"{name:<10} {value}\n" for name, value in lines.items() if value))


def _progress(job: "Job") -> str:
    done = job.progress
    share = "" if not done.total else f"{done.done} of {done.total}"
    return f"{share} {done.message}".strip()


def _instant(at: dt.datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
