"""Signing in and out."""

from http.cookies import SimpleCookie

import pytest

from plimsoll.services.risk_api.sign_in import LocalSignIn
from probe_api import ADDRESS, CANARY, PROBE, client_of, probe_app, sign_in

pytestmark = pytest.mark.anyio

OURS = {"origin": ADDRESS, "sec-fetch-site": "same-origin"}


def token_of(local: LocalSignIn) -> str:
    """Return the token of a new link."""
    return local.new_link(ADDRESS).partition("#")[2]


async def test_a_link_becomes_a_session() -> None:
    """The browser that used the link reads and writes, and a second use does nothing."""
    local = sign_in()
    token = token_of(local)
    async with client_of(probe_app(local=local), key=None) as client:
        first = await client.post("/sign-in", json={"token": token}, headers=OURS)
        assert (first.status_code, first.content) == (204, b"")
        assert (await client.get(f"{PROBE}/who")).json() == {"id": "local"}
        second = await client.post("/sign-in", json={"token": token}, headers=OURS)
    assert (second.status_code, second.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("address", "name"), [(ADDRESS, "plimsoll"), ("https://127.0.0.1:8000", "__Host-plimsoll")]
)
async def test_the_cookie_is_kept_from_scripts_and_other_sites(address: str, name: str) -> None:
    """HttpOnly, SameSite=Strict, no domain, and Secure wherever there is TLS."""
    local = sign_in()
    async with client_of(probe_app(local=local), key=None, address=address) as client:
        headers = {"origin": address}
        answer = await client.post("/sign-in", json={"token": token_of(local)}, headers=headers)
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert cookie.key == name
    assert cookie["httponly"]
    assert cookie["samesite"] == "strict"
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert bool(cookie["secure"]) == address.startswith("https")
    assert len(cookie.value) == 43


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
async def test_other_sites_cannot_sign_a_browser_in(headers: dict[str, str]) -> None:
    """A link that another page sends is not used up either."""
    local = sign_in()
    token = token_of(local)
    async with client_of(probe_app(local=local), key=None) as client:
        refused = await client.post("/sign-in", json={"token": token}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "cross-site")
        assert (await client.post("/sign-in", json={"token": token}, headers=OURS)).status_code == 204


@pytest.mark.parametrize("token", ["", CANARY, "x" * 43, "x" * 65, "\x00", None, 1, ["x"]])
async def test_other_tokens_sign_nobody_in(token: object) -> None:
    """A guess is refused without an echo and sets no cookie."""
    async with client_of(probe_app(), key=None) as client:
        answer = await client.post("/sign-in", json={"token": token}, headers=OURS)
    assert answer.status_code in (400, 401, 422)
    assert "set-cookie" not in answer.headers
    assert CANARY not in answer.text


async def test_signing_out_ends_the_session() -> None:
    """The cookie goes, and a copy of it lets nobody in."""
    local = sign_in()
    async with client_of(probe_app(local=local), key=None) as client:
        await client.post("/sign-in", json={"token": token_of(local)}, headers=OURS)
        copy = {"cookie": f"plimsoll={client.cookies['plimsoll']}"}
        assert (await client.post("/sign-out")).status_code == 403
        assert (await client.get(f"{PROBE}/who", headers=copy)).status_code == 200
        answer = await client.post("/sign-out", headers=OURS)
        assert (answer.status_code, SimpleCookie(answer.headers["set-cookie"])["plimsoll"]["max-age"]) == (
            204,
            "0",
        )
        assert "plimsoll" not in client.cookies
        assert (await client.get(f"{PROBE}/who", headers=copy)).status_code == 401


async def test_the_page_and_its_script_are_there() -> None:
    """The page loads its own script, which takes the token out of the address at once."""
    async with client_of(probe_app(), key=None) as client:
        page, script, style = [await client.get(path) for path in ("/sign-in", "/sign-in.js", "/page.css")]
    assert 'src="/sign-in.js"' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.text.index("replaceState") < script.text.index("fetch(")
    assert style.status_code == 200
