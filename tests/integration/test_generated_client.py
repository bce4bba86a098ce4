"""Contract proof: a client that openapi-python-client makes of the API document works against a real server.

Nobody of ours has written a line of it, so that what it needs must be in the document.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api_server import serving
from plimsoll.data.store.database import Database
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext
from risk_api_world import BOOK, Doors, prices_file

pytestmark = pytest.mark.anyio

KEY = "generated"
STORY = Path(__file__).with_name("generated_client_story.py")


@pytest.fixture
async def served(database_url: str, tenant: UUID) -> Any:
    """Yield the address of the API on a real server, and its document."""
    people = {KEY: Principal(KEY, tenant, "Generated", frozenset(Permission))}
    app = create_app(ApiContext(database=Database(database_url), sign_in=Doors(tenant, "", people=people)))
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}", app.openapi()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty folder."""
    return tmp_path_factory.mktemp("generated")


async def test_a_generated_client_tells_the_whole_story(
    served: tuple[str, dict[str, Any]], folder: Path
) -> None:
    """Every operation is generated: create, import, run, cut, ask what-if, list, and read the errors."""
    address, document = served
    (folder / "openapi.json").write_text(json.dumps(document))
    (folder / "positions.csv").write_bytes(BOOK)
    (folder / "prices.csv").write_bytes(prices_file())
    files = {kind for kind in _kinds(document) if kind != "application/json"}
    settings: dict[str, Any] = {"package_name_override": "generated", "project_name_override": "generated"}
    settings["post_hooks"] = []
    settings["content_type_overrides"] = dict.fromkeys(sorted(files), "application/octet-stream")
    (folder / "config.yml").write_text(json.dumps(settings))  # JSON is YAML
    made = _run(
        [
            *(str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--meta", "none"),
            *("--path", "openapi.json", "--config", "config.yml", "--output-path", "generated"),
        ],
        folder,
    )
    left_out = "will not be generated" in made.stderr
    assert (made.returncode, left_out) == (0, False), f"the document needs mending: {made.stderr}"
    told = _run([sys.executable, str(STORY), address, KEY], folder)
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout == "told\n"


def _kinds(document: dict[str, Any]) -> Iterator[str]:
    """Yield the content types of all request bodies."""
    for methods in document["paths"].values():
        for operation in methods.values():
            yield from operation.get("requestBody", {}).get("content", ())


def _run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
