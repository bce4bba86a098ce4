"""Signing keys over HTTP."""

import pytest

from risk_api_world import API, World, made, refused

pytestmark = pytest.mark.anyio

JWKS, KEYS = "/.well-known/jwks.json", f"{API}/signing-keys"


async def test_public_keys_are_published(world: World) -> None:
    """To anybody, without the private half, to be kept for five minutes."""
    read = await world.anonymous.get(JWKS)
    (key,) = made(read, 200)["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert "d" not in key
    assert read.headers["Cache-Control"] == "public, max-age=300"
    (listed,) = made(await world.owner.get(KEYS), 200)["keys"]
    assert (listed["kid"], listed["state"]) == (key["kid"], "active")


async def test_a_rotation_publishes_first_and_an_emergency_ends_at_once(world: World) -> None:
    """The new key waits for an hour; in an emergency it is the only one."""
    await world.anonymous.get(JWKS)
    rotated = made(await world.owner.post(f"{KEYS}/rotate", json={}), 200)["keys"]
    assert [key["state"] for key in rotated] == ["pending", "active"]
    assert len(made(await world.anonymous.get(JWKS), 200)["keys"]) == 2
    (alone,) = made(await world.owner.post(f"{KEYS}/rotate", json={"emergency": True}), 200)["keys"]
    assert alone["state"] == "active"
    (shown,) = made(await world.anonymous.get(JWKS), 200)["keys"]
    assert shown["kid"] == alone["kid"]


async def test_the_ring_belongs_to_the_installation(world: World) -> None:
    """Another tenant cannot touch it, whatever it may do at home."""
    refused(await world.outsider.get(KEYS), 404, "not-found")
    refused(await world.outsider.post(f"{KEYS}/rotate", json={"emergency": True}), 404, "not-found")
    refused(await world.powerless.post(f"{KEYS}/rotate", json={}), 403, "forbidden")
    refused(await world.anonymous.post(f"{KEYS}/rotate", json={}), 401, "unauthenticated")
    refused(await world.owner.post(f"{KEYS}/rotate", json={"emergency": "yes"}), 422, "invalid")
