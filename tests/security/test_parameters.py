"""What stands behind the question mark and in the place of an id."""

from urllib.parse import quote

import pytest

from attacked_site import Site, is_refused

LISTS = (
    "portfolios",
    "imports",
    "instruments",
    "price-sets",
    "prices",
    "risk-runs",
    "limits",
    "breaches",
    "jobs",
)
SQL = (
    "' OR '1'='1",
    "'; DROP TABLE portfolios; --",
    "1) UNION SELECT api_key FROM tenants --",
    "pg_sleep(60)",
    "$$;SELECT pg_sleep(60)$$",
    "%' AND pg_sleep(60)::text LIKE '",
    "\\'; SELECT pg_sleep(60); --",
    "name; created_by",
)


@pytest.mark.parametrize("sql", SQL)
@pytest.mark.parametrize("parameter", ["sort", "order", "order_by", "filter", "where", "fields", "q"])
def test_there_is_no_sorting_and_filtering_by_text(site: Site, parameter: str, sql: str) -> None:
    """A parameter that does not exist is refused, not passed on."""
    reply = site.answered(f"GET /api/v1/portfolios?{parameter}={quote(sql)}", site.keyed)
    assert reply.status == 422


@pytest.mark.parametrize("sql", SQL)
def test_search_takes_text_for_text(site: Site, sql: str) -> None:
    """What is searched for is compared, never executed, and found when it is there."""
    with site.client() as client:
        for path in ("instruments", "prices"):
            answer = client.get(f"/api/v1/{path}", params={"search": sql}, timeout=30)
            assert answer.status_code in (200, 404, 422)
        book = client.post("/api/v1/portfolios", json={"name": sql})
        assert book.status_code in (201, 409)
        assert sql in [found["name"] for found in client.get("/api/v1/portfolios?limit=200").json()["items"]]


@pytest.mark.parametrize("sql", [*SQL, "0", "-1", "null", "00000000-0000-0000-0000-00000000000", "a" * 3000])
@pytest.mark.parametrize("resource", LISTS)
def test_ids_and_cursors_are_ids(site: Site, resource: str, sql: str) -> None:
    """In the path, in a filter and as a cursor; whatever else stands there is refused with its name alone."""
    by_symbol = resource == "prices"  # whose cursor is a symbol, which is any text
    for path in (
        f"{resource}/{quote(sql, safe='')}",
        *([] if by_symbol else [f"{resource}?after={quote(sql)}"]),
    ):
        reply = site.answered(f"GET /api/v1/{path}", site.keyed)
        assert 400 <= reply.status < 500
        assert b"DROP" not in reply.body


@pytest.mark.parametrize(
    "query",
    [
        "limit=1&limit=200",
        "limit=1&LIMIT=2",
        "limit[]=1",
        "limit=1;limit=2",
        "limit=0",
        "limit=-1",
        "limit=201",
        "limit=1e2",
        "limit=９",
        "limit=0x10",
        "limit=9999999999999999999999",
        "limit=",
        "limit=NaN",
        "archived=maybe",
        "after=&after=",
        "hunter2-canary=1",
        "limit=1&hunter2-canary",
        "%6cimit=1&limit=1",
        "limit=1%26limit=2",
    ],
)
def test_parameters_in_pairs_and_out_of_shape(site: Site, query: str) -> None:
    """Repeated, misspelt, nested and impossible ones are refused: none silently wins over another."""
    query = quote(query, safe="=&%;[]+")
    assert is_refused(site.answered(f"GET /api/v1/portfolios?{query}", site.keyed))


@pytest.mark.parametrize(
    "name", ["id", "tenant_id", "created_by", "created_at", "version", "archived_at", "__class__"]
)
def test_fields_that_are_not_the_clients_to_set(site: Site, name: str) -> None:
    """Neither when it is made nor when it is changed does a thing take what only we write."""
    with site.client() as client:
        book = client.post("/api/v1/portfolios", json={"name": f"Assigned {name}"}).json()
        value = "00000000-0000-0000-0000-000000000001"
        made = client.post("/api/v1/portfolios", json={"name": f"More {name}", name: value})
        headers = {"If-Match": f'"{book["version"]}"'}
        changed = client.patch(f"/api/v1/portfolios/{book['id']}", json={name: value}, headers=headers)
        assert (made.status_code, changed.status_code) == (422, 422)
        assert client.get(f"/api/v1/portfolios/{book['id']}").json() == book


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_instants_beyond_the_calendar(site: Site, instant: str) -> None:
    """An instant that UTC cannot write, and prices up to the last day there is, are no error of ours."""
    with site.client() as client:
        book = client.post("/api/v1/portfolios", json={"name": f"Known at {instant[:4]}"}).json()
        for path, name in ((f"portfolios/{book['id']}/positions", "known_at"), ("audit/events", "since")):
            assert client.get(f"/api/v1/{path}", params={name: instant}).status_code == 422
        run = {"portfolio_id": book["id"], "known_at": instant}
        assert client.post("/api/v1/risk-runs", json=run).status_code == 422
        prices = f"date,AAA\n{instant[:10]},1\n9999-12-31,2\n".encode()
        sent = client.post("/api/v1/price-sets", content=prices, headers={"Content-Type": "text/csv"})
        assert sent.status_code in (201, 422)
