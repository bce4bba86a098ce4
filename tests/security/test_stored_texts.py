"""Texts that wait for somebody who shows, fills in or logs them."""

import json
import re

import pytest

from attacked_site import Site

SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "{{7*7}}${7*7}<%=7*7%>#{7*7}",
    "{{ self.__init__.__globals__ }}",
    "%s%n%x{0}{}",
    "' onmouseover='alert(1)",
)
LINES = 'Book\r\nlevel=info event=forged\n{"event": "forged"}\x1b[31m'


def book_of(site: Site, name: str) -> dict[str, object]:
    """Make a portfolio with positions whose attributes are as hostile as its name."""
    with site.client() as client:
        book: dict[str, object] = client.post("/api/v1/portfolios", json={"name": name}).json()
        desk = '"' + name.replace('"', '""') + '"'
        file = f"symbol,quantity,desk\nAAA,10,{desk}\nBBB,5,{desk}\n".encode()
        path = f"/api/v1/portfolios/{book['id']}/positions"
        assert client.put(path, content=file, headers={"Content-Type": "text/csv"}).status_code == 200
    return book


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_in_a_name_is_a_text_in_a_page(site: Site, script: str) -> None:
    """The report of a run shows it as it was written, runs nothing and fills nothing in."""
    dates = [f"2024-01-{day:02d}" for day in range(1, 29)]
    rows = "".join(f"{date},{100 + index % 5},{50 + index % 3}\n" for index, date in enumerate(dates))
    with site.client() as client:
        headers = {"Content-Type": "text/csv"}
        client.post("/api/v1/price-sets", content=f"date,AAA,BBB\n{rows}".encode(), headers=headers)
        book = book_of(site, script)
        assert book["name"] == script
        started = client.post("/api/v1/risk-runs", json={"portfolio_id": book["id"]})
        assert started.status_code == 201, started.text
        page = client.get(f"/api/v1/risk-runs/{started.json()['id']}/report.html")
        told = client.get(f"/api/v1/risk-runs/{started.json()['id']}")
    assert page.status_code == 200
    for tag in ("<script>alert", "<img src=x", "<svg/onload", "onmouseover='"):
        assert tag not in page.text
    assert "7*7" in page.text or "49" not in re.sub(r"[^<>]*<[^>]*>", "", script)
    assert "unsafe-inline' " not in page.headers["content-security-policy"].partition("script-src")[2]
    assert told.headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", [LINES, "a\x00b", "a\ud800b", " ", "\u200b", "a" * 100_000])
def test_texts_that_are_none(site: Site, name: str) -> None:
    """Control characters, halves of characters, nothing at all and too much are refused."""
    with site.client() as client:
        body = json.dumps({"name": name}).encode()
        headers = {"Content-Type": "application/json"}
        sent = client.post("/api/v1/portfolios", content=body, headers=headers)
    assert sent.status_code in (400, 422)
    assert "forged" not in sent.text


def test_no_line_of_the_log_is_written_by_a_client(site: Site) -> None:
    """Line ends in paths, headers and bodies stay where they are: each line of the log is one of ours."""
    site.ask("GET /x%0a{%22event%22:%22forged%22}", b'User-Agent: a"}\x0b{"event": "forged"}\r\n')
    site.ask('GET /livez?a={"event":"forged"}', b'X-Request-Id: {"event": "forged"}\r\n')
    site.ask('FORGED"} /livez')
    site.ask("FORGED /livez")
    with site.client() as client:
        client.post("/api/v1/portfolios", json={"name": LINES})
    for line in site.log.splitlines():
        if line.startswith("{"):
            assert json.loads(line)["event"] != "forged"
    assert "\x1b" not in site.log
    assert "forged" not in site.log
