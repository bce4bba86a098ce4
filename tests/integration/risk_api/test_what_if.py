"""What-if over HTTP."""

import math

import pytest

from risk_api_world import API, BOOK, World, held, made, new_run, ready_run, refused

pytestmark = pytest.mark.anyio


async def test_a_what_if_is_the_run_with_the_trades_in_the_book(world: World) -> None:
    """After the trades the figures are those of a fresh run of the book that holds them."""
    run = await ready_run(world.owner)
    trades = [{"symbol": "AAA", "quantity": 5}, {"symbol": "BBB", "quantity": 4}]
    found = made(await world.owner.post(_path(run), json={"trades": trades}), 200)
    await held(world.owner, run["portfolio_id"], BOOK + b"AAA,5,USD,Growth\nBBB,4,EUR,Value\n")
    fresh = await new_run(world.owner, run["portfolio_id"])
    assert found["before"]["var"]["value"] == pytest.approx(run["var"])
    for name in ("var", "es"):
        assert math.isclose(found["after"][name]["value"], fresh[name], rel_tol=1e-12)
        change = found["after"][name]["value"] - found["before"][name]["value"]
        assert found["change"][name] == change
    assert math.isclose(found["after"]["value"], fresh["value"], rel_tol=1e-12)
    assert [(trade["symbol"], trade["quantity"]) for trade in found["trades"]] == [("AAA", 5.0), ("BBB", 4.0)]
    assert (found["failures"], found["base_currency"]) == ([], "USD")


async def test_trades_and_their_opposite_change_nothing(world: World) -> None:
    """What is bought and sold again leaves every figure where it was."""
    run = await ready_run(world.owner)
    trades = [{"symbol": "AAA", "quantity": 7}, {"symbol": "AAA", "quantity": -7}]
    change = made(await world.owner.post(_path(run), json={"trades": trades}), 200)["change"]
    assert all(math.isclose(moved, 0.0, abs_tol=1e-9) for moved in change.values())


async def test_a_trade_that_cannot_be_valued_is_named(world: World) -> None:
    """A symbol without prices is a failure with its reason, and the other trades stand."""
    run = await ready_run(world.owner)
    trades = [{"symbol": "ZZZ", "quantity": 1}, {"symbol": "AAA", "quantity": 1}]
    found = made(await world.owner.post(_path(run), json={"trades": trades}), 200)
    assert [(one["item"], one["reason"]) for one in found["failures"]] == [("ZZZ", "unknown-symbol")]
    assert [trade["symbol"] for trade in found["trades"]] == ["AAA"]


async def test_an_option_is_traded_with_its_terms(world: World) -> None:
    """A bought put has a value and takes risk away from the share that it is written on."""
    run = await ready_run(world.owner)
    terms = {"type": "put", "underlying": "AAA", "strike": 100.0, "expiry": "2026-01-16", "multiplier": 10}
    put = {"symbol": "AAA P", "quantity": 1, "kind": "option", "currency": "USD"}
    option = put | {"option": terms | {"volatility": 0.2}}
    found = made(await world.owner.post(_path(run), json={"trades": [option]}), 200)
    assert found["trades"][0]["value"] > 0
    assert found["trades"][0]["component_es"] < 0
    for trade in (put, {"symbol": "AAA", "quantity": 1, "option": terms}):
        refused(await world.owner.post(_path(run), json={"trades": [trade]}), 422, "invalid")


@pytest.mark.parametrize(
    "trade",
    [
        {"symbol": "AAA"},
        {"symbol": "", "quantity": 1},
        {"symbol": "AAA", "quantity": "1"},
        {"symbol": "AAA", "quantity": True},
        {"symbol": "AAA", "quantity": 1, "kind": "swap"},
        {"symbol": "AAA", "quantity": 1, "currency": "dollar"},
        {"symbol": "AAA", "quantity": 1, "price": -1},
    ],
    ids=str,
)
async def test_a_malformed_trade_is_refused(world: World, trade: dict[str, object]) -> None:
    """A trade that is none is refused before anything is looked up."""
    path = f"{API}/risk-runs/0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10/what-if"
    refused(await world.owner.post(path, json={"trades": [trade]}), 422, "invalid")


async def test_an_endless_quantity_is_no_server_error(world: World) -> None:
    """The largest number that JSON holds makes a failure, not an error."""
    run = await ready_run(world.owner)
    found = made(
        await world.owner.post(_path(run), json={"trades": [{"symbol": "AAA", "quantity": 1.7e308}]}), 200
    )
    assert [one["reason"] for one in found["failures"]] == ["not-a-number"]


def _path(run: dict[str, str]) -> str:
    return f"{API}/risk-runs/{run['id']}/what-if"
