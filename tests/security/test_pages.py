"""The pages in a real browser: signing in and out, factors, passkeys, and how they look and feel."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pyotp
import pytest
from selenium.webdriver.common.keys import Keys

from browser import Browser, browsing
from oidc_provider import CLIENT, SECRET, oidc_provider
from platform_process import Running, platform, plimsoll

PASSWORD = "an engine of several words"  # noqa: S105 - of a person who is made up
STEP = 30
CONTRAST = """
const channels = (text) => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255)
  .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (one) => {
  for (; one; one = one.parentElement) {
    const found = channels(getComputedStyle(one).backgroundColor);
    if (found.length < 4 || found[3] > 0.99) return found;
  }
  return [255, 255, 255];
};
const says = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
const seen = [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility());
return [...new Set(seen.filter(says)
  .map((one) => {
    const [a, b] = [light(channels(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), one.tagName + "." + one.className + " " + one.textContent.slice(0, 20)];
  })
  .filter(([ratio]) => ratio < 4.5).map(([ratio, what]) => what + " " + ratio.toFixed(2)))];
"""
NAMELESS = """
return [...document.querySelectorAll("input, select, button, a[href], img")]
  .filter((one) => one.checkVisibility())
  .filter((one) => one.tagName === "IMG" ? !one.hasAttribute("alt")
    : !(one.labels?.length || one.getAttribute("aria-label") || one.textContent.trim()))
  .map((one) => one.outerHTML);
"""
SMALL = """
return [...document.querySelectorAll("input, select, button, summary, .bar a")]
  .filter((one) => one.checkVisibility())
  .map((one) => one.type === "checkbox" ? one.closest("label") : one)
  .filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML);
"""
# As the server answers when the last proof is older than ten minutes; after that it is asked itself.
STALE = """
const real = window.fetch;
window.fetch = () => {
  window.fetch = real;
  const problem = {code: "step-up-required", title: "Show again who you are"};
  return Promise.resolve(new Response(JSON.stringify(problem), {status: 403}));
};
"""


@dataclass(frozen=True)
class Ada:
    """The first administrator: the secret of her app, when she showed a code, and her recovery codes."""

    secret: str
    shown_at: float
    codes: tuple[str, ...]

    def code(self) -> str:
        """Return a code that she has not shown yet, as soon as there is one."""
        time.sleep(max(0.0, (self.shown_at // STEP + 1) * STEP - time.time()))
        return pyotp.TOTP(self.secret).now()


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Yield the home of who runs the platform."""
    home = Path(tempfile.mkdtemp(prefix="plimsoll-pages-"))
    (home / "plimsoll.toml").write_text("webhook_loopback = true\n")  # its provider is on this machine
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Running]:
    """Yield a platform on which nobody has an account."""
    with platform(home, "--no-demo") as running:
        yield running


@pytest.fixture(scope="module")
def address(running: Running) -> str:
    """Return where a person opens the pages: passkeys belong to names, not to addresses."""
    address: str = running.told["sign_in"].partition("/sign-in")[0]
    assert address.startswith("http://localhost:")
    return address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a browser that nobody has used."""
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def ada(running: Running, browser: Browser) -> Ada:
    """Make the first administrator as a person does, with the link that was printed."""
    browser.open(running.told["sign_in"])
    browser.fill(first_name="Ada Lovelace", first_email="ada@example.com", first_word="short")
    assert "#" not in browser.script("return location.href")
    browser.press("Make the account")
    assert "these are 5" in browser.shown("#first-word-wrong").text
    browser.fill(first_word="ada@example.com")
    browser.press("Make the account")
    assert "your name or address" in browser.shown("#first-word-wrong", "Take something").text
    browser.fill(first_word=PASSWORD)
    browser.press("Make the account")
    browser.shown("#factors-say", "Administrators can do nothing else")
    browser.press("Add an authenticator app")
    secret = browser.shown("#secret").text.replace(" ", "")
    assert browser.shown("#qr svg").size["width"] > 100
    browser.fill(app_code="000000")
    browser.press("Use this app")
    assert "check that the clock" in browser.shown("#app-code-wrong", "The code").text
    shown_at = time.time()
    browser.fill(app_code=pyotp.TOTP(secret).at(shown_at))
    browser.press("Use this app")
    browser.shown("#factors li", "Authenticator app")
    browser.shown("#codes")
    codes = browser.script("return [...document.querySelectorAll('#code-list li')].map(one => one.innerText)")
    browser.press("I have kept them")
    browser.hidden("#codes")
    assert codes[0] not in browser.script("return document.documentElement.outerHTML")
    browser.press("Sign out")
    browser.shown("#own-form")
    return Ada(secret, shown_at, tuple(codes))


@pytest.fixture(autouse=True)
def signed_out(ada: Ada, browser: Browser, address: str) -> Iterator[None]:
    """Begin with nobody signed in; at the end the browser has complained of nothing but refusals."""
    assert ada.codes  # the first of all accounts is hers
    browser.open(f"{address}/icon.svg")
    browser.driver.delete_all_cookies()
    browser.script("localStorage.clear()")
    browser.complaints()
    yield
    assert [line for line in browser.complaints() if "server responded with a status of 4" not in line] == []


def _invite(running: Running, name: str) -> str:
    """Invite somebody and return the link."""
    new = {"name": name, "email": f"{name.lower()}@example.com"}
    with httpx2.Client(base_url=running.url, headers={"Authorization": f"Bearer {running.key}"}) as client:
        answer = client.post("/api/v1/users", json=new, headers={"Idempotency-Key": f"invite-{name}"})
    assert answer.status_code == 201, answer.text
    link: str = answer.json()["link"]
    return link


def _join(running: Running, browser: Browser, name: str) -> None:
    """Let somebody take an invitation; they are signed in then."""
    browser.open(_invite(running, name))
    browser.fill(invitation_word=PASSWORD)
    browser.press("Make the account")
    browser.shown("#who", name)


def _give_password(browser: Browser, address: str, email: str) -> None:
    browser.open(f"{address}/sign-in")
    browser.fill(own_email=email, own_word=PASSWORD)
    browser.press("Sign in")


def _fits(browser: Browser, what: str) -> None:
    """Look at what is shown on two screens, by day and by night."""
    for width, dark in ((390, False), (390, True), (1200, True), (1200, False)):
        browser.look_as(width=width, dark=dark)
        over = browser.script("return Math.max(0, document.documentElement.scrollWidth - innerWidth)")
        found = [over, *(browser.script(script) for script in (CONTRAST, NAMELESS, SMALL))]
        assert found == [0, [], [], []], (what, width, dark)


def _enter_by_code(ada: Ada, browser: Browser, address: str, number: int) -> None:
    """Let the administrator in by one of her recovery codes."""
    _give_password(browser, address, "ada@example.com")
    browser.press("Use a recovery code")
    browser.fill(factor_answer=ada.codes[number])
    browser.press("Sign in")
    browser.shown("#factors li", "Authenticator app")


def test_the_administrator_signs_in_with_the_app(ada: Ada, browser: Browser, address: str) -> None:
    """A code that was shown before counts no more; the next one does, and tells what is theirs."""
    _give_password(browser, address, "ada@example.com")
    browser.fill(factor_answer=pyotp.TOTP(ada.secret).at(ada.shown_at))
    browser.press("Sign in")
    browser.shown("#factor-answer-wrong", "not right")
    browser.fill(factor_answer=ada.code())
    browser.press("Sign in")
    browser.shown("#factors li", "Authenticator app")
    browser.shown("#sessions li", "This browser")


def test_a_recovery_code_lets_in_once(ada: Ada, browser: Browser, address: str) -> None:
    """The second time it is refused beside the field, and another way is offered."""
    for counts in (True, False):
        _give_password(browser, address, "ada@example.com")
        browser.press("Use a recovery code")
        browser.fill(factor_answer=ada.codes[0])
        browser.press("Sign in")
        if counts:
            browser.shown("#codes-left", " of 10 are left")
            browser.press("Sign out")
            browser.shown("#own-form")
        else:
            browser.shown("#factor-answer-wrong", "take another factor")


def test_a_used_link_leads_on(running: Running, browser: Browser, address: str) -> None:
    """Whoever opens one again, on this very page too, is told at once what it was and what to do."""
    browser.open(f"{address}/sign-in")
    browser.shown("#own-form")
    browser.open(running.told["sign_in"])
    browser.shown("#state", "The link was used already or is too old")
    browser.shown("#own-form")


def test_what_was_wrong_is_not_said_again(browser: Browser, address: str) -> None:
    """Whoever has forgotten their password finds their address and no complaint when they come back."""
    _give_password(browser, address, "nobody@example.com")
    browser.shown("#own-word-wrong", "do not belong together")
    browser.press("I have forgotten")
    browser.press("Send the link")
    browser.shown("#state", "on its way")
    browser.hidden("#own-word-wrong")
    assert browser.shown("#own-email").get_property("value") == "nobody@example.com"


def test_a_passkey_is_made_used_and_bound_to_this_site(
    running: Running, browser: Browser, address: str
) -> None:
    """It signs in here; what it signs for a page of another origin is refused."""
    browser.add_authenticator()
    _join(running, browser, "Grace")
    browser.press("Add a passkey")
    browser.shown("#factors li", "Passkey")
    browser.press("I have kept them")
    browser.press("Sign out")
    _give_password(browser, address, "grace@example.com")
    browser.shown("#factor-hint", "finger")
    browser.press("Use a passkey")
    browser.shown("#who", "Grace")
    assert _phished(running, browser, "grace@example.com") == 401


def _phished(running: Running, browser: Browser, email: str) -> int:
    """Relay what the platform asks to a page of another origin, and return what its answer is worth."""
    headers = {"Origin": running.url}
    with httpx2.Client(base_url=running.url, headers=headers) as thief:
        named = {"Host": f"localhost:{running.url.rpartition(':')[2]}"}
        headers = {**named, "Origin": f"http://{named['Host']}"}
        claim = {"email": email, "password": PASSWORD}
        challenge = thief.post("/sign-in/password", json=claim, headers=headers).json()["challenge"]
        asked = {"challenge": challenge, "kind": "passkey"}
        found = thief.post("/sign-in/factor/challenge", json=asked, headers=headers).json()["options"]
        browser.open(running.told["metrics"].replace("127.0.0.1", "localhost"))
        signed = browser.driver.execute_async_script(
            "const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(arguments[0]);"
            "navigator.credentials.get({publicKey}).then(one => arguments[1](JSON.stringify(one.toJSON())));",
            found,
        )
        assert json.loads(signed)["response"]["signature"]
        answer = {**asked, "answer": signed}
        return thief.post("/sign-in/factor", json=answer, headers=headers).status_code


def test_what_is_sensitive_asks_again(ada: Ada, browser: Browser, address: str) -> None:
    """The dialog says what for, takes a factor by the keyboard, and goes on with what was begun."""
    _enter_by_code(ada, browser, address, 1)
    browser.script(STALE)
    browser.press("Add an authenticator app")
    browser.shown("#step-up-hint", "six digits")
    browser.keys("000000", Keys.ENTER)
    browser.shown("#step-up-answer-wrong", "not right")
    browser.press("Use a recovery code")
    browser.keys(ada.codes[2], Keys.ENTER)
    browser.shown("#qr svg")
    browser.hidden("#step-up")


def test_a_program_gets_a_key_that_is_shown_once_and_revoked(
    running: Running, ada: Ada, browser: Browser, address: str
) -> None:
    """By the keyboard, after a fresh proof; it opens what it may until it is revoked, asked twice."""
    _enter_by_code(ada, browser, address, 3)
    browser.tab_to("#key-open", 60)
    browser.keys(Keys.ENTER)
    browser.press("only some of it")
    browser.shown("#key-may label", "portfolios:read").click()
    browser.fill(key_program="nightly", key_name="on the batch server", key_days="400")
    browser.keys(Keys.ENTER)
    browser.shown("#key-days-wrong", "from 1 to 366")
    _fits(browser, "the form of a key")
    browser.fill(key_days="30")
    browser.script(STALE)
    browser.keys(Keys.ENTER)
    browser.shown("#step-up-hint", "six digits")
    browser.press("Use a recovery code")
    browser.keys(ada.codes[4], Keys.ENTER)
    key = browser.shown("#made-key-text", "plk_").text
    _fits(browser, "a key that was made")
    browser.press("Copy")
    browser.shown("#state", "Copied.")
    assert _opened(running, key) == 200
    browser.press("I have kept it")
    browser.hidden("#made-key")
    assert key not in browser.script("return document.documentElement.outerHTML")
    browser.driver.refresh()
    line = browser.shown("#program-list li", "on the batch server")
    assert f"{key[:10]}…" in line.text
    assert "last used now" in line.text
    browser.shown("#program-list button", "Revoke").click()
    browser.shown("#state", "for good. Press again")
    assert _opened(running, key) == 200
    browser.shown("#program-list button", "Revoke for good").click()
    browser.shown("#state", "is revoked")
    assert _opened(running, key) == 401


def _opened(running: Running, key: str) -> int:
    """Return what a program is answered that comes with a key."""
    headers = {"Authorization": f"Bearer {key}"}
    return httpx2.get(f"{running.url}/api/v1/portfolios", headers=headers).status_code


def test_programs_are_not_shown_to_everybody(running: Running, browser: Browser) -> None:
    """Whoever may not see keys sees nothing of them."""
    _join(running, browser, "Noether")
    browser.shown("#sessions li", "This browser")
    browser.hidden("#programs")


def test_nothing_private_is_seen_after_signing_out(running: Running, browser: Browser) -> None:
    """Signing out is on each page, and Back leads to the sign-in."""
    _join(running, browser, "Hedy")
    browser.press("API")
    browser.press("Sign out")
    browser.shown("#own-form")
    browser.driver.back()
    browser.shown("#own-form")
    assert "Hedy" not in browser.text


def test_sessions_are_ended_and_the_password_is_changed(running: Running, browser: Browser) -> None:
    """Another browser of the same person is seen and ended; a wrong password is said beside its field."""
    _join(running, browser, "Mary")
    headers = {"Origin": running.url, "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
    with httpx2.Client(base_url=running.url, headers=headers) as other:
        claim = {"email": "mary@example.com", "password": PASSWORD}
        assert other.post("/sign-in/password", json=claim).status_code == 204
        browser.driver.refresh()
        browser.shown("#sessions li", "Firefox on Linux").find_element("css selector", "button").click()
        browser.hidden("#end-others")
        assert other.get("/api/v1/me").status_code == 401
    browser.fill(word_now="another engine of words", word_new="a new engine of several words")
    browser.press("Change the password")
    browser.shown("#word-now-wrong", "The current password is another")
    browser.fill(word_now=PASSWORD)
    browser.press("Change the password")
    browser.shown("#state", "The password is changed")


def test_somebody_signs_in_at_a_provider(running: Running, browser: Browser, address: str) -> None:
    """The page offers it by name; the browser goes there, comes back, and is in."""
    _join(running, browser, "Emmy")
    browser.press("Sign out")
    browser.shown("#own-form")
    with oidc_provider() as provider:
        provider.claims |= {"sub": "emmy-at-work", "email": "emmy@example.com"}
        new: dict[str, Any] = {"name": "Work", "issuer": provider.issuer}
        new |= {"client_id": CLIENT, "client_secret": SECRET}
        headers = {"Authorization": f"Bearer {running.key}", "Idempotency-Key": "work"}
        made = httpx2.post(f"{running.url}/api/v1/identity-providers", json=new, headers=headers)
        assert made.status_code == 201, made.text
        browser.open(f"{address}/sign-in")
        browser.press("Sign in with Work")
        browser.shown("#who", "Emmy")


def test_people_of_another_tenant_are_led_back_to_it(home: Path, browser: Browser, address: str) -> None:
    """The link names it; its sign-in, with its own provider, is where they are when they have signed out."""
    made = plimsoll(home, "tenants", "create", "Acme & Co", "--json")
    assert made.returncode == 0, made.stderr
    browser.open(json.loads(made.stdout)["link"])
    browser.shown("#state", "This link is for Acme & Co.")
    browser.fill(first_name="Wile", first_email="wile@example.com", first_word=PASSWORD)
    browser.press("Make the account")
    browser.shown("#who", "Wile")
    browser.press("Sign out")
    browser.shown("#own-form")
    assert browser.script("return new URLSearchParams(location.search).get('tenant')") == "Acme & Co"
    assert browser.shown("#own-tenant").get_property("value") == "Acme & Co"
    browser.fill(own_email="wile@example.com", own_word=PASSWORD)
    browser.press("Sign in")
    browser.shown("#who", "Wile")
    browser.driver.delete_all_cookies()
    browser.open(f"{address}/account")
    assert browser.shown("#own-tenant").get_property("value") == "Acme & Co"
    browser.open(f"{address}/sign-in?tenant=")
    browser.shown("#own-form")
    browser.hidden("#own-tenant")


def test_the_keyboard_is_enough(running: Running, browser: Browser) -> None:
    """From the invitation to the account, out and in again, without a mouse and with the focus in sight."""
    browser.open(_invite(running, "Lise"))
    browser.shown("#invitation-form")
    browser.keys("short", Keys.ENTER)
    browser.shown("#invitation-word-wrong")
    browser.keys(PASSWORD.removeprefix("short"), Keys.ENTER)
    browser.shown("#who", "Lise")
    browser.tab_to("#add-app")
    browser.keys(Keys.ENTER)
    browser.shown("#app-form")
    browser.tab_to("#app-leave")
    browser.keys(Keys.ENTER)
    browser.hidden("#app-form")
    browser.tab_to("#sign-out")
    browser.keys(Keys.ENTER)
    browser.shown("#own-form")
    browser.keys("lise@example.com", Keys.TAB, f"short{PASSWORD}", Keys.ENTER)
    browser.shown("#who", "Lise")


def test_every_page_fits_and_can_be_read(running: Running, browser: Browser, address: str) -> None:
    """On a telephone and on a desk, by day and by night: nothing overflows, is faint, nameless or small."""
    _join(running, browser, "Rosalind")
    for path, shown in (
        ("/account", "#sessions li"),
        ("/api/v1/docs", "#sign-out"),
        ("/sign-in", "#own-form"),
    ):
        browser.open(f"{address}{path}")
        browser.shown(shown)
        _fits(browser, path)


def test_the_policy_stops_what_a_page_does_not_bring(browser: Browser, address: str) -> None:
    """A script that got into a page is not run, and the browser says so: the other tests would see it."""
    browser.open(f"{address}/sign-in")
    browser.shown("#own-form")
    assert browser.complaints() == []
    browser.script(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.got = 1'}))"
    )
    assert browser.script("return window.got || 0") == 0
    assert "Content Security Policy" in " ".join(browser.complaints())
