"""What somebody who may do a little does to be able to do more."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from api_server import Reply
from attacked_site import Site
from site_people import person, send


@dataclass(frozen=True)
class Insider:
    """Somebody who looks after people, teams and what waits, and may read nothing of risk."""

    site: Site
    id: str
    cookie: bytes

    def send(self, line: str, body: Any = None, *headers: bytes) -> Reply:
        """Send a request from their browser."""
        return send(self.site, line, body, self.cookie, *headers)


@pytest.fixture(scope="module")
def insider(attacked: Any) -> Insider:
    """Return somebody with a role of the tenant's own."""
    may = ("users:read", "users:write", "teams:write", "grants:approve")
    return Insider(attacked.site, *person(attacked.site, "mallory", *may))


def invited(site: Site, name: str, role: str) -> tuple[str, dict[str, Any]]:
    """Invite somebody who is given a role before they come; return their id and the grant."""
    with site.client() as client:
        user = client.post("/api/v1/users", json={"name": name, "email": f"{name}@example.com"}).json()[
            "user"
        ]
        held = {"holder": {"kind": "user", "id": user["id"]}, "role": role}
        return user["id"], client.post("/api/v1/grants", json=held).json()


@pytest.mark.parametrize("role", ["administrator", "portfolio-manager"])
def test_no_new_link_for_whom_may_do_more(insider: Insider, role: str) -> None:
    """The link of somebody who has yet to come would be a way to be them."""
    number, _ = invited(insider.site, f"awaited-{role}", role)
    reply = insider.send(f"POST /api/v1/users/{number}/invitation")
    assert (reply.status, b"#pli_" in reply.body) == (403, False)


def test_no_link_kept_for_what_its_owner_is_given_later(insider: Insider) -> None:
    """Who invites sees the link: it is not good for rights that somebody else gives before it is used."""
    asked = {"name": "Later", "email": "later@example.com"}
    made = json.loads(insider.send("POST /api/v1/users", asked).body)
    held = {"holder": {"kind": "user", "id": made["user"]["id"]}, "role": "portfolio-manager"}
    with insider.site.client() as client:
        assert client.post("/api/v1/grants", json=held).json()["status"] == "active"
    token = made["link"].partition("#")[2]
    reply = send(
        insider.site, "POST /sign-in/invitation", {"token": token, "password": "five words that nobody knows"}
    )
    assert (reply.status, b"set-cookie" in str(reply.headers).lower().encode()) == (401, False)


@pytest.mark.parametrize("role", ["viewer", "risk-manager"])
def test_nobody_is_recovered_alone_who_may_do_more(insider: Insider, role: str) -> None:
    """Whoever resets somebody's factors could sign in as them: a second person has to want it."""
    number, _ = invited(insider.site, f"lost-{role}", role)
    reply = insider.send("POST /api/v1/recoveries", {"user_id": number, "reason": "Lost telephone"})
    assert reply.status == 201
    said = json.loads(reply.body)
    assert said["link"] is None
    assert insider.send(f"POST /api/v1/recoveries/{said['id']}/approve").status == 403


def test_nobody_says_alone_who_everybody_is(insider: Insider) -> None:
    """A provider of one's own could say that somebody is the administrator."""
    provider = {"name": "Mine", "issuer": "https://login.example.com", "client_id": "a", "client_secret": "b"}
    assert insider.send("POST /api/v1/identity-providers", provider).status == 403


def test_nobody_joins_what_may_do_more(insider: Insider) -> None:
    """A team gives what was granted to it, a desk what was granted on it: that is not theirs to give."""
    with insider.site.client() as client:
        team = client.post("/api/v1/teams", json={"name": "Operators", "members": []}).json()
        book = client.post("/api/v1/portfolios", json={"name": "Wanted by a desk"}).json()
        held = {"holder": {"kind": "team", "id": team["id"]}, "role": "operator"}
        on_desk = {"holder": {"kind": "user", "id": insider.id}, "role": "viewer", "desk": team["id"]}
        for grant in (held, on_desk):
            assert client.post("/api/v1/grants", json=grant).status_code == 201
    me = {"kind": "user", "id": insider.id}
    for changes in ({"members": [me]}, {"portfolios": [book["id"]]}):
        reply = insider.send(f"PATCH /api/v1/teams/{team['id']}", changes, b'If-Match: "1"\r\n')
        assert reply.status == 403
    assert insider.send("GET /api/v1/webhooks").status == 403


def test_nobody_approves_what_they_are_to_get(insider: Insider) -> None:
    """That the administrator proposes it does not make the one who gets it a second pair of eyes."""
    held = {"holder": {"kind": "user", "id": insider.id}, "role": "risk-manager"}
    with insider.site.client() as client:
        grant = client.post("/api/v1/grants", json=held).json()
        if grant["status"] == "proposed":
            assert insider.send(f"POST /api/v1/grants/{grant['id']}/approve").status == 403
        client.post(f"/api/v1/grants/{grant['id']}/end")
    assert insider.send("GET /api/v1/jobs").status == 403
