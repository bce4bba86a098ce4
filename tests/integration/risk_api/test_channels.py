"""Channels over HTTP."""

import pytest

from risk_api_world import API, World, made, refused

pytestmark = pytest.mark.anyio

CHANNELS = f"{API}/channels"
HIDDEN = "TIiajkdnlazkcOXrIdevi7FQ"
NEW = {"name": "Desk", "url": f"slack://T1JJ3T3L2/A1BRTD4JD/{HIDDEN}/#risk"}


async def test_a_channel_is_made_and_its_url_never_shown(world: World) -> None:
    """It comes back as it was asked for but for the URL, of which the scheme is left."""
    quiet = {"start": "22:00", "end": "07:00", "time_zone": "Europe/Berlin"}
    sent = await world.owner.post(CHANNELS, json={**NEW, "quiet_hours": quiet})
    channel = made(sent, 201)
    assert (channel["scheme"], channel["quiet_hours"], channel["kinds"]) == ("slack", quiet, ["alert.raised"])
    read = await world.owner.get(sent.headers["Location"])
    assert made(read, 200) == channel
    assert made(await world.owner.get(CHANNELS), 200)["items"] == [channel]
    assert HIDDEN not in sent.text + read.text
    known = {"If-None-Match": read.headers["ETag"]}
    assert (await world.owner.get(sent.headers["Location"], headers=known)).status_code == 304


async def test_the_same_key_makes_one_channel(world: World) -> None:
    """And the answer is the same."""
    key = {"Idempotency-Key": "once"}
    first, second = [made(await world.owner.post(CHANNELS, json=NEW, headers=key), 201) for _ in range(2)]
    assert first == second
    another = await world.owner.post(CHANNELS, json={**NEW, "name": "x"}, headers=key)
    refused(another, 409, "conflict")


async def test_a_channel_goes_through_its_life(world: World) -> None:
    """Changed and removed by who has seen it; null takes the quiet hours away."""
    quiet = {"start": "22:00", "end": "07:00"}
    channel = made(await world.owner.post(CHANNELS, json={**NEW, "quiet_hours": quiet}), 201)
    path = f"{CHANNELS}/{channel['id']}"
    first, second = {"If-Match": '"1"'}, {"If-Match": '"2"'}
    body = {"quiet_hours": None, "enabled": False, "kinds": ["breach.opened"]}
    refused(await world.owner.patch(path, json=body), 428, "precondition-required")
    changed = made(await world.owner.patch(path, json=body, headers=first), 200)
    assert (changed["quiet_hours"], changed["enabled"], changed["kinds"]) == (None, False, ["breach.opened"])
    refused(await world.owner.patch(path, json=body, headers=first), 412, "precondition-failed")
    refused(await world.owner.patch(path, json={"kinds": ["x"]}, headers=second), 422, "usage")
    refused(await world.owner.delete(path, headers=first), 412, "precondition-failed")
    assert (await world.owner.delete(path, headers=second)).status_code == 204
    refused(await world.owner.get(path), 404, "not-found")


async def test_a_channel_is_tried(world: World) -> None:
    """A host that may not be reached is said, and nothing is sent."""
    new = {**NEW, "url": "json://127.0.0.1:9/"}
    channel = made(await world.owner.post(CHANNELS, json=new), 201)
    trial = made(await world.owner.post(f"{CHANNELS}/{channel['id']}/test"), 200)
    assert not trial["taken"]
    assert "not public" in trial["reason"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"url": "file:///etc/passwd"}, "usage"),
        ({"url": "jsons://example.com/?verify=no"}, "usage"),
        ({"url": ""}, "invalid"),
        ({"kinds": ["alert.eaten"]}, "usage"),
        ({"kinds": []}, "invalid"),
        ({"minimum_severity": "awful"}, "invalid"),
        ({"quiet_hours": {"start": "7:00", "end": "8:00"}}, "invalid"),
        ({"quiet_hours": {"start": "07:00", "end": "07:00"}}, "usage"),
        ({"quiet_hours": {"start": "22:00", "end": "07:00", "time_zone": "Mars/Olympus"}}, "usage"),
        ({"escalate_after_minutes": 0}, "invalid"),
        ({"enabled": 1}, "invalid"),
        ({"secret": "x"}, "invalid"),
    ],
    ids=str,
)
async def test_a_malformed_channel_is_refused(world: World, fields: dict[str, object], code: str) -> None:
    """Nothing is made of it, and what was sent is not repeated."""
    problem = await world.owner.post(CHANNELS, json={**NEW, **fields})
    refused(problem, 422, code)
    assert HIDDEN not in problem.text
    assert made(await world.owner.get(CHANNELS), 200)["items"] == []
