"""Spreadsheets: what they hide on the way in, and what a cell may do on the way out."""

import io
import zipfile

import pytest

from attacked_site import CANARY, Site

ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
CELLS = ('=HYPERLINK("http://evil.example","x")', "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "=cmd|' /C calc'!A0")


def workbook(prologue: str) -> bytes:
    """Return a workbook whose parts begin with a document type."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (
            "[Content_Types].xml",
            "xl/workbook.xml",
            "xl/worksheets/sheet1.xml",
            "xl/sharedStrings.xml",
        ):
            archive.writestr(name, f"{prologue}<sst><si><t>&e;</t></si></sst>")
    return body.getvalue()


@pytest.mark.parametrize(
    "prologue", [ENTITY, LAUGHS, ENTITY.replace("file:///etc/passwd", "http://127.0.0.1:9/")]
)
def test_no_workbook_is_opened(site: Site, prologue: str) -> None:
    """There is no XML reader here that an entity could abuse: the answer says to write CSV."""
    content = workbook(prologue)
    with site.client() as client:
        book = client.post("/api/v1/portfolios", json={"name": f"Entities {hash(prologue)}"}).json()
        path = f"/api/v1/portfolios/{book['id']}/positions"
        for kind, status in (("text/csv", 422), ("application/xml", 415), ("application/vnd.ms-excel", 415)):
            sent = client.put(path, content=content, headers={"Content-Type": kind})
            assert sent.status_code == status
            assert "root:" not in sent.text
        sent = client.put(
            path, content=f"{prologue}<x>&e;</x>".encode(), headers={"Content-Type": "text/csv"}
        )
        assert (sent.status_code, "root:" in sent.text) == (422, False)


@pytest.mark.parametrize("cell", CELLS)
def test_a_formula_that_was_uploaded_is_none_when_it_comes_back(site: Site, cell: str) -> None:
    """A colleague who opens the file in a spreadsheet sees a text, not what it would do."""
    quoted = '"' + cell.replace('"', '""') + '"'
    file = f'symbol,quantity,desk,{quoted}\nAAA,-10,{quoted},x\nBBB,+5,"-3",{CANARY}\n'.encode()
    with site.client() as client:
        book = client.post("/api/v1/portfolios", json={"name": f"Formula {CELLS.index(cell)}"}).json()
        path = f"/api/v1/portfolios/{book['id']}/positions"
        sent = client.put(
            path, content=file, headers={"Content-Type": "text/csv"}, params={"source_name": '"a.csv'}
        )
        assert sent.status_code == 200, sent.text
        (found,) = client.get("/api/v1/imports", params={"portfolio": book["id"]}).json()["items"]
        answer = client.get(f"/api/v1/imports/{found['id']}/file")
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert '"' not in answer.headers["content-disposition"]
    assert "sandbox" in answer.headers["content-security-policy"]
    lines = answer.text.splitlines()
    assert lines[0] == f"symbol,quantity,desk,\"'{quoted[1:]}"
    assert lines[1] == f"AAA,-10,\"'{quoted[1:]},x"
    assert lines[2] == f'BBB,+5,"-3",{CANARY}'
