"""Cuts of a stored cube over HTTP."""

import json
import math

import pyarrow as pa
import pytest

from risk_api_world import API, World, made, ready_run, refused

pytestmark = pytest.mark.anyio

ARROW = "application/vnd.apache.arrow.stream"


async def test_the_root_is_the_report(world: World) -> None:
    """Cut by nothing, the cube is the whole book with the figures of its report."""
    run = await ready_run(world.owner)
    cut = made(await world.owner.get(f"{API}/risk-runs/{run['id']}/cube"), 200)
    assert (cut["risk_run"], cut["by"], cut["base_currency"]) == (run["id"], [], "USD")
    (root,) = cut["nodes"]
    document = json.loads((await world.owner.get(f"{API}/risk-runs/{run['id']}/report")).content)
    assert root["path"] == []
    assert root["value"] == pytest.approx(run["value"])
    for name in ("var", "es"):
        wanted = {**document[name], "value": document[name]["estimate"]}
        del wanted["estimate"]
        assert root[name] == wanted


async def test_components_of_siblings_add_up(world: World) -> None:
    """At each level of the tree components add up to VaR and ES of the book, and values to its value."""
    run = await ready_run(world.owner)
    nodes = made(await world.owner.get(f"{API}/risk-runs/{run['id']}/cube?by=desk,symbol"), 200)["nodes"]
    assert [node["path"] for node in nodes[:3]] == [[], ["Growth"], ["Growth", "AAA"]]
    for depth in (1, 2):
        level = [node for node in nodes if len(node["path"]) == depth]
        for measure in ("var", "es"):
            assert math.isclose(sum(node[f"component_{measure}"] for node in level), run[measure])
        assert math.isclose(sum(node["value"] for node in level), run["value"])
        assert sum(node["positions"] for node in level) == nodes[0]["positions"]


async def test_arrow_says_what_json_says(world: World) -> None:
    """The Arrow stream holds the nodes of the JSON answer, row by row, bit for bit."""
    run = await ready_run(world.owner)
    path = f"{API}/risk-runs/{run['id']}/cube?by=desk"
    cut = made(await world.owner.get(path), 200)
    answer = await world.owner.get(path, headers={"Accept": ARROW})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, ARROW)
    assert "Accept" in answer.headers["Vary"]
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.schema.metadata[b"base_currency"] == b"USD"
    for row, node in zip(table.to_pylist(), cut["nodes"], strict=True):
        assert (row["path"], row["depth"]) == (node["path"], len(node["path"]))
        assert (row["var"], row["var_low"], row["es_high"]) == (
            node["var"]["value"],
            node["var"]["low"],
            node["es"]["high"],
        )
        for name in ("value", "positions", "component_var", "component_es", "incremental_es"):
            assert row[name] == node[name]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("by=colour", "usage"),
        ("by=" + ",".join("abcdefghijklmnopqrstu"), "invalid"),
        ("by=" + "a" * 1001, "invalid"),
    ],
    ids=["unknown", "too many", "too long"],
)
async def test_a_cut_that_makes_no_sense_is_refused(world: World, query: str, code: str) -> None:
    """Unknown attributes and endless lists of them are refused."""
    run = await ready_run(world.owner)
    refused(await world.owner.get(f"{API}/risk-runs/{run['id']}/cube?{query}"), 422, code)


async def test_any_confidence_and_one_slice(world: World) -> None:
    """Without another calculation; what makes no sense is 422, what is not there 404."""
    run = await ready_run(world.owner)
    path = f"{API}/risk-runs/{run['id']}/cube?by=desk"
    lower = made(await world.owner.get(f"{path}&confidence=0.9&node=Growth"), 200)
    usual = made(await world.owner.get(path), 200)
    assert (lower["confidence"], usual["confidence"]) == (0.9, 0.99)
    (growth,) = lower["nodes"]
    same = next(node for node in usual["nodes"] if node["path"] == ["Growth"])
    assert growth["var"]["value"] < same["var"]["value"] <= same["worst_loss"]
    assert growth["volatility"] == same["volatility"] > 0
    for bad in ("confidence=1", "confidence=0.5", "confidence=nan", "confidence=x"):
        refused(await world.owner.get(f"{path}&{bad}"), 422, "invalid")
    refused(await world.owner.get(f"{path}&node=Nowhere"), 404, "not-found")
