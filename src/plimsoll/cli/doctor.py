"""``plimsoll doctor``: does this installation work."""

import json as json_format
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.output import tables, write_text

if TYPE_CHECKING:
    from plimsoll.workflows.doctor import Check

__all__ = ["doctor", "show"]


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Check this installation: packages, demo prices, and known numbers. Exit 1 if a check fails."""
    from plimsoll.workflows.doctor import examine

    show(examine(), as_json=json)


def show(checks: Sequence["Check"], *, as_json: bool) -> None:
    """Print the checks and exit with 1 if one failed."""
    from rich.markup import escape
    from rich.table import Table

    if as_json:
        write_text(json_format.dumps([asdict(check) for check in checks], indent=2) + "\n")
    else:
        table = Table("", "check", "found", box=None, pad_edge=False)
        for check in checks:
            mark = "[green]ok[/]" if check.passed else "[red]no[/]"
            table.add_row(
                mark, check.name, escape(check.found if check.passed else f"{check.found}. {check.remedy}")
            )
        tables().print(table)
    if not all(check.passed for check in checks):
        raise typer.Exit(1)
