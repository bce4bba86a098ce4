"""What security events lead to, from the request to the alert that people see, on a running platform."""

import time
from typing import Any

import httpx2
import psycopg

from attacked_site import Site
from plimsoll.data.store.database import Database
from plimsoll.security.audit_chain import AuditKey
from plimsoll.security.tokens import new_token
from plimsoll.workflows.audit_sealing import AuditKeeping, AuditSealer
from token_site import token_site

WAIT_SECONDS = 20.0


def _alert(client: httpx2.Client, key: str) -> dict[str, Any]:
    """Return the open alert of a key, once it is there: events are looked at when they are sealed."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        for alert in client.get("/api/v1/alerts", params={"limit": 200}).json()["items"]:
            if alert["key"] == key:
                return dict(alert)
        time.sleep(0.1)
    raise AssertionError(key)


def test_bait_that_is_taken_rings_the_alarm(site: Site) -> None:
    """The key opens nothing, and whoever looks at the alerts sees it in a second or two."""
    with site.client() as client:
        account = client.post("/api/v1/service-accounts", json={"name": "bait"}).json()["id"]
        path = f"/api/v1/service-accounts/{account}/keys"
        key = client.post(path, json={"name": "in the wiki", "canary": True}).json()
        thief = {"Authorization": f"Bearer {key['key']}"}
        assert httpx2.get(f"{site.url}/api/v1/portfolios", headers=thief).status_code == 401
        alert = _alert(client, f"security/canary/{key['id']}")
        assert (alert["severity"], alert["status"]) == ("critical", "open")
        assert "127.0.0.1" in alert["detail"]


def test_a_refresh_token_that_comes_back_rings_the_alarm(database_url: str) -> None:
    """Its family is over, and the alert is there when the event is sealed; a harmless grant rings none."""
    with token_site(database_url) as site, site.client(site.key) as client:
        first = site.tokens()["refresh_token"]
        assert site.refresh(first).status_code == 200
        with psycopg.connect(database_url) as connection:
            connection.execute("UPDATE refresh_tokens SET rotated_at = rotated_at - interval '11 s'")
        assert site.refresh(first).status_code == 401
        invited = client.post("/api/v1/users", json={"name": "Bob", "email": "bob@example.com"}).json()
        holder = {"kind": "user", "id": invited["user"]["id"]}
        granted = client.post("/api/v1/grants", json={"holder": holder, "role": "viewer"})
        assert granted.status_code == 201

        async def seal(database: Database) -> int:
            return await AuditSealer(database, AuditKeeping(AuditKey(new_token("pla")))).seal_waiting()

        assert site.with_database(seal) >= 3
        alerts = client.get("/api/v1/alerts").json()["items"]
        kinds = {alert["key"].split("/")[1]: alert for alert in alerts}
        assert kinds["refresh-reuse"]["severity"] == "critical"
        assert "rights-given" not in kinds
