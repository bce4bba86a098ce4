"""What whoever starts the platform is told on the way."""

import json as json_format
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from plimsoll.cli.output import write_text
from plimsoll.cli.places import other_place

if TYPE_CHECKING:
    from rich.status import Status

    from plimsoll.services.risk_api.installation import Installation

__all__ = ["Telling"]


class Telling:
    """What the user is told on the way."""

    def __init__(self, status: "Status", data_dir: Path | None, json: bool) -> None:
        self._status = status
        self._data_dir = data_dir
        self._json = json

    def step(self, text: str) -> None:
        """Say what is going on."""
        self._status.update(text)

    def note(self, text: str) -> None:
        """Say what happened meanwhile."""
        typer.echo(text, err=True)

    def ready(self, place: "Installation", urls: tuple[str, str], metrics: str, link: str) -> None:
        """Say where everything is."""
        url, web = urls
        self._status.stop()
        if self._json:
            found = {
                "url": url,
                "web": web,
                "sign_in": link,
                "metrics": metrics,
                "data_directory": str(place.directory),
                "api_key_file": str(place.key_file),
            }
            write_text(json_format.dumps(found) + "\n")
            return
        option = other_place(self._data_dir)
        key = shlex.quote(str(place.key_file))
        label = "First account    " if link.partition("#")[2].startswith("plf_") else "Sign in, once    "
        write_text(
            f"Plimsoll runs at {url}, for this machine only"
            f"{f', and at {web}' if web.startswith('https') else ''}.\n\n"
            f"  {label}{link}\n"
            f"  API page         {url}/api/v1/docs\n"
            f"  Metrics          {metrics}\n"
            f"  Data directory   {place.directory}\n\n"
            f"Next, in another terminal:\n\n"
            f"  plimsoll runs list{option}\n"
            f"  plimsoll runs show latest{option}\n"
            f'  curl -H "Authorization: Bearer $(cat {key})" {url}/api/v1/portfolios\n\n'
            f"Ctrl-C stops it.\n"
        )
