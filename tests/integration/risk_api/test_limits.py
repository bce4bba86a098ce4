"""Limits over HTTP: proposed by one, approved by another, checked by every run."""

import asyncio
from typing import Any

import pytest

from risk_api_world import (
    API,
    World,
    approved,
    held,
    made,
    new_limit,
    new_portfolio,
    new_prices,
    new_run,
    ready_run,
    refused,
)

pytestmark = pytest.mark.anyio

LIMITS = f"{API}/limits"
WHOLE = b"symbol,quantity,currency,desk\nAAA,10,USD,Growth\nBBB,-4,EUR,Value\n"


async def _ready(world: World) -> str:
    """Make a portfolio that can be valued in full, and a run."""
    portfolio = await new_portfolio(world.owner)
    await held(world.owner, portfolio["id"], WHOLE)
    await new_prices(world.owner)
    return str((await new_run(world.owner, portfolio["id"]))["portfolio_id"])


async def test_a_limit_needs_two_people(world: World) -> None:
    """The proposer is refused under a code of its own; another one brings it into force, once."""
    portfolio = await _ready(world)
    limit = await new_limit(world.owner, portfolio, hard=1e6, soft=5e5, hysteresis=0.05)
    assert (limit["status"], limit["version"], limit["name"]) == ("proposed", 0, "VaR")
    path = f"{LIMITS}/{limit['id']}/proposals/{limit['proposal']['id']}/approve"
    refused(await world.owner.post(path, json={}), 403, "four-eyes")
    active = await approved(world.approver, limit)
    assert (active["status"], active["version"], active["proposal"]) == ("active", 1, None)
    assert active["definition"]["hard"] == 1e6
    refused(await world.approver.post(path, json={}), 409, "conflict")
    (proposal,) = made(await world.owner.get(f"{LIMITS}/{limit['id']}/proposals"), 200)["items"]
    assert (proposal["status"], proposal["decided_by"], proposal["four_eyes"]) == (
        "approved",
        "approver",
        True,
    )


async def test_a_run_shows_in_the_limit(world: World) -> None:
    """After a run the limit says how it stood; with an ETag that changes with it."""
    portfolio = await _ready(world)
    limit = await approved(world.approver, await new_limit(world.owner, portfolio, hard=1e6))
    path = f"{LIMITS}/{limit['id']}"
    before = await world.owner.get(path)
    same = await world.owner.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert same.status_code == 304
    run = await new_run(world.owner, portfolio)
    after = await world.owner.get(path, headers={"If-None-Match": before.headers["ETag"]})
    check = made(after, 200)["check"]
    assert (check["state"], check["risk_run"], check["value"]) == ("ok", run["id"], run["var"])
    assert check["utilisation"] == run["var"] / 1e6
    listed = made(await world.owner.get(LIMITS, params={"portfolio": portfolio}), 200)["items"]
    assert [one["check"] for one in listed] == [check]
    assert made(await world.owner.get(f"{path}/checks"), 200)["items"] == [check]


async def test_what_could_not_be_valued_is_unknown(world: World) -> None:
    """A refused row may be anything: a limit that is not exceeded without it is not known to be kept."""
    run = await ready_run(world.owner)
    limit = await approved(world.approver, await new_limit(world.owner, run["portfolio_id"], hard=1e6))
    await new_run(world.owner, run["portfolio_id"])
    check = made(await world.owner.get(f"{LIMITS}/{limit['id']}"), 200)["check"]
    assert check["state"] == "unknown"
    assert "could not be valued" in check["missing"]


async def test_a_change_and_an_end_are_proposed(world: World) -> None:
    """Each is based on the version that was seen; history keeps everything that was in force."""
    portfolio = await _ready(world)
    limit = await approved(world.approver, await new_limit(world.owner, portfolio, hard=1e6))
    path = f"{LIMITS}/{limit['id']}"
    change = {"based_on": 1, "definition": {"measure": "var", "hard": 2e6}, "valid_from": "2024-06-01"}
    stale = change | {"based_on": 7}
    refused(await world.owner.post(f"{path}/proposals", json=stale), 412, "precondition-failed")
    other = change | {"definition": {"measure": "es", "hard": 2e6}}
    refused(await world.owner.post(f"{path}/proposals", json=other), 422, "usage")
    proposal = made(await world.owner.post(f"{path}/proposals", json=change), 201)
    assert (proposal["kind"], proposal["name"]) == ("change", "VaR")
    refused(await world.owner.post(f"{path}/proposals", json=change), 409, "conflict")
    changed = await approved(world.approver, {**limit, "proposal": proposal})
    assert (changed["version"], changed["valid_from"]) == (2, "2024-06-01")
    end = made(await world.approver.post(f"{path}/proposals", json={"based_on": 2}), 201)
    rejected = await world.owner.post(f"{path}/proposals/{end['id']}/reject", json={"comment": "not yet"})
    assert made(rejected, 200)["status"] == "active"
    end = made(await world.approver.post(f"{path}/proposals", json={"based_on": 2}), 201)
    assert (await approved(world.owner, {**limit, "proposal": end}))["status"] == "retired"
    history = made(await world.owner.get(f"{path}/history"), 200)["items"]
    assert [one["version"] for one in history] == [3, 2, 1]
    assert [one["definition"] and one["definition"]["hard"] for one in history] == [None, 2e6, 1e6]


async def test_a_repeated_proposal_is_one(world: World) -> None:
    """The same request with the same key, in parallel too, proposes once."""
    portfolio = (await new_portfolio(world.owner))["id"]
    new = {"portfolio_id": portfolio, "name": "VaR", "definition": {"measure": "var", "hard": 1}}
    sent = [world.owner.post(LIMITS, json=new, headers={"Idempotency-Key": "once"}) for _ in range(4)]
    assert len({answer.content for answer in await asyncio.gather(*sent)}) == 1
    assert len(made(await world.owner.get(LIMITS), 200)["items"]) == 1


async def test_of_several_approvals_at_once_one_counts(world: World) -> None:
    """Four approvals in parallel: one answer 200, the others 409, and one version."""
    portfolio = (await new_portfolio(world.owner))["id"]
    limit = await new_limit(world.owner, portfolio, hard=1.0)
    path = f"{LIMITS}/{limit['id']}/proposals/{limit['proposal']['id']}/approve"
    answers = await asyncio.gather(*(world.approver.post(path, json={}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert made(await world.owner.get(f"{LIMITS}/{limit['id']}"), 200)["version"] == 1


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ({"measure": "luck", "hard": 1}, "invalid"),
        ({"measure": "var", "hard": "1"}, "invalid"),
        ({"measure": "var", "hard": True}, "invalid"),
        ({"measure": "var", "hard": 1, "colour": "red"}, "invalid"),
        ({"measure": "var", "hard": 1, "node": "desk"}, "invalid"),
        ({"measure": "var"}, "usage"),
        ({"measure": "var", "soft": 2, "hard": 1}, "usage"),
        ({"measure": "share", "hard": 1}, "usage"),
        ({"measure": "var", "hard": 1, "node": {"desk": "Growht"}}, "usage"),
    ],
    ids=str,
)
async def test_a_limit_that_makes_no_sense_is_refused(
    world: World, definition: dict[str, Any], code: str
) -> None:
    """A definition that is none is refused, also where it is only to be tried."""
    portfolio = await new_portfolio(world.owner)
    await held(world.owner, portfolio["id"])
    new = {"portfolio_id": portfolio["id"], "name": "x", "definition": definition}
    refused(await world.owner.post(LIMITS, json=new), 422, code)
    assert made(await world.owner.get(LIMITS), 200)["items"] == []


async def test_a_limit_is_tried_on_the_past(world: World) -> None:
    """It says on how many days it would have been reached, with each day's figure; 409 without a run."""
    portfolio = await _ready(world)
    asked = {"portfolio_id": portfolio, "definition": {"measure": "value", "hard": 1.0}, "days": 30}
    found = made(await world.owner.post(f"{LIMITS}/trials", json=asked), 200)
    assert (found["days"], found["fired"], found["days_breached"]) == (30, 1, 30)
    assert len(found["history"]) == 30
    assert found["runs"] == {"days": 1, "warned": 0, "fired": 1}
    empty = asked | {"portfolio_id": (await new_portfolio(world.owner, "Empty"))["id"]}
    refused(await world.owner.post(f"{LIMITS}/trials", json=empty), 409, "conflict")
    refused(await world.owner.post(f"{LIMITS}/trials", json=asked | {"days": 0}), 422, "invalid")


async def test_a_what_if_says_what_it_does_to_limits(world: World) -> None:
    """Each limit in force before and after the basket, with its use."""
    portfolio = await _ready(world)
    definition = {"measure": "gross_value", "node": {"desk": "Growth"}, "hard": 1e4}
    await approved(world.approver, await new_limit(world.owner, portfolio, **definition))
    run = await new_run(world.owner, portfolio)
    trades = {"trades": [{"symbol": "AAA", "quantity": 1000}]}
    (impact,) = made(await world.owner.post(f"{API}/risk-runs/{run['id']}/what-if", json=trades), 200)[
        "limits"
    ]
    assert (impact["before"]["state"], impact["after"]["state"]) == ("ok", "breached")
    assert impact["after"]["value"] == pytest.approx(101 * impact["before"]["value"])
    labelled = {
        "trades": [{"symbol": "BBB", "quantity": 1, "currency": "EUR", "attributes": {"desk": "Growth"}}]
    }
    (impact,) = made(await world.owner.post(f"{API}/risk-runs/{run['id']}/what-if", json=labelled), 200)[
        "limits"
    ]
    assert impact["after"]["value"] > impact["before"]["value"]


async def test_a_what_if_knows_a_limit_that_is_new(world: World) -> None:
    """The same basket asked again after a limit came into force says what it does to it."""
    portfolio = await _ready(world)
    path = f"{API}/risk-runs/{(await new_run(world.owner, portfolio))['id']}/what-if"
    trades = {"trades": [{"symbol": "AAA", "quantity": 1000}]}
    assert made(await world.owner.post(path, json=trades), 200)["limits"] == []
    await approved(world.approver, await new_limit(world.owner, portfolio, measure="gross_value", hard=1e4))
    (impact,) = made(await world.owner.post(path, json=trades), 200)["limits"]
    assert impact["after"]["state"] == "breached"
