"""Files as bodies."""

from typing import Annotated

import pytest
from fastapi import Depends

from plimsoll.services.risk_api.requirements import Public
from plimsoll.services.risk_api.routes import ApiRoute, ApiRouter
from plimsoll.services.risk_api.uploads import Upload, accepted
from probe_api import PROBE, client_of, probe_app

pytestmark = pytest.mark.anyio


def nested(content: Annotated[bytes, Upload[{"text/csv": "a,b"}]]) -> int:
    """Take a file inside a dependency."""
    return len(content)


router = ApiRouter("files")


@router.put("", dependencies=[Public])
async def put_nested(length: Annotated[int, Depends(nested)]) -> int:
    """Say how long it is."""
    return length


@router.get("", dependencies=[Public])
async def get_nothing() -> None:
    """Take none."""


def test_a_route_knows_what_files_it_takes() -> None:
    """The types are found wherever the file is asked for."""
    put, get = (route for route in router.routes if isinstance(route, ApiRoute))
    assert accepted(put.dependant) == {"text/csv": "a,b"}
    assert accepted(get.dependant) == {}


@pytest.mark.parametrize("content", [b"", b"\x00\xff\r\n=1+1", b"x" * 2_000_000])
async def test_a_file_arrives_as_it_is(content: bytes) -> None:
    """Any bytes are taken, also more of them than JSON may have."""
    async with client_of(probe_app()) as client:
        answer = await client.put(f"{PROBE}/file", content=content, headers={"content-type": "text/csv"})
    assert answer.json() == {"bytes": len(content)}


@pytest.mark.parametrize("kind", ["application/json", "text/html", "", "text/csv; charset=latin-1"])
async def test_other_types_are_refused(kind: str) -> None:
    """A route names the types that it takes."""
    async with client_of(probe_app()) as client:
        answer = await client.put(f"{PROBE}/file", content=b"a,b", headers={"content-type": kind})
    assert answer.status_code == 415
    assert answer.headers["accept"] == "text/csv, text/plain"
