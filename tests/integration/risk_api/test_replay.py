"""Replays and comparisons over HTTP."""

import pytest

from risk_api_world import API, World, held, made, new_run, ready_run

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("options", [{}, {"method": "monte-carlo", "draws": 500, "seed": 7}], ids=str)
async def test_a_replay_is_identical(world: World, options: dict[str, object]) -> None:
    """A run calculated again from what is stored agrees in every bit."""
    run = await ready_run(world.owner, **options)
    found = made(await world.owner.post(f"{API}/risk-runs/{run['id']}/replay"), 200)
    assert found == {"risk_run": run["id"], "identical": True, "differences": []}


async def test_a_run_does_not_differ_from_itself(world: World) -> None:
    """Compared with itself a run has no changes, and figures that did not move."""
    run = await ready_run(world.owner)
    found = made(await world.owner.get(f"{API}/risk-runs/{run['id']}/diff/{run['id']}"), 200)
    assert (found["changed"], found["options"]) == ([], {})
    assert found["added"] == found["removed"] == found["altered"] == []
    assert found["var"] == {"before": run["var"], "after": run["var"], "change": 0.0}


async def test_a_diff_names_what_changed(world: World) -> None:
    """Positions and options that differ are named, and the moves are those of the runs."""
    before = await ready_run(world.owner)
    await held(
        world.owner,
        before["portfolio_id"],
        b"symbol,quantity,currency,desk\nAAA,12,USD,Growth\nBBB,-4,EUR,Value\n",
    )
    after = await new_run(world.owner, before["portfolio_id"], days=250, seed=2)
    found = made(await world.owner.get(f"{API}/risk-runs/{before['id']}/diff/{after['id']}"), 200)
    assert (found["before"], found["after"]) == (before["id"], after["id"])
    assert found["changed"] == ["positions", "configuration", "seed"]
    assert found["options"] == {"days": {"before": 500, "after": 250}, "seed": {"before": 1, "after": 2}}
    assert [one["symbol"] for one in found["removed"]] == ["USD"]
    (altered,) = found["altered"]
    assert (altered["before"]["quantity"], altered["after"]["quantity"]) == (10.0, 12.0)
    for name in ("value", "var", "es"):
        moved = {"before": before[name], "after": after[name], "change": after[name] - before[name]}
        assert found[name] == moved
