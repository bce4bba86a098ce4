"""A real browser: Debian's Chromium without a window, driven by its own chromedriver.

Where it is missing it is installed once, if that is allowed; otherwise the error says how.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.common.virtual_authenticator import (
    Protocol,
    Transport,
    VirtualAuthenticatorOptions,
)
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from debian_packages import programs

PACKAGES = {"chromium": "chromium", "chromedriver": "chromium-driver"}
SWITCHES = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--no-default-browser-check"),
)
SECONDS = 15.0


@dataclass(frozen=True)
class Browser:
    """A browser with one page; what is looked for is waited for."""

    driver: Chrome

    def open(self, url: str) -> None:
        """Go somewhere."""
        self.driver.get(url)

    def shown(self, selector: str, text: str = "") -> WebElement:
        """Return the first visible element of a selector that has a text."""

        def found(driver: Chrome) -> WebElement | None:
            script = (
                "return [...document.querySelectorAll(arguments[0])].find("
                "one => one.checkVisibility() && one.textContent.includes(arguments[1])) || null"
            )
            element: WebElement | None = driver.execute_script(script, selector, text)
            return element

        what = f"{selector} with {text!r} is not on {self.driver.current_url}: {self.text[:1000]}"
        return WebDriverWait(self.driver, SECONDS, 0.05).until(found, what) or pytest.fail(what)

    def hidden(self, selector: str) -> None:
        """Wait until no element of a selector is visible."""
        script = "return ![...document.querySelectorAll(arguments[0])].some(one => one.checkVisibility())"
        WebDriverWait(self.driver, SECONDS, 0.05).until(
            lambda driver: driver.execute_script(script, selector), f"{selector} stays"
        )

    def fill(self, **fields: str) -> None:
        """Type into fields by their id, with ``_`` for ``-``."""
        for name, value in fields.items():
            field = self.shown(f"#{name.replace('_', '-')}")
            field.clear()
            field.send_keys(value)

    def press(self, text: str) -> None:
        """Press the button, link or summary that is called so."""
        self.shown("button, a, summary", text).click()

    def keys(self, *keys: str) -> None:
        """Press keys wherever the focus is."""
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def tab_to(self, selector: str, most: int = 30) -> None:
        """Go to an element by the tabulator alone; it must be seen where the focus is."""
        for _ in range(most):
            if self.script("return document.activeElement.matches(arguments[0])", selector):
                outline = self.script("return getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"the focus is not seen on {selector}"
                return
            self.keys(Keys.TAB)
        pytest.fail(f"no tabulator leads to {selector}")

    def script(self, script: str, *arguments: Any) -> Any:
        """Run a script of ours in the page."""
        return self.driver.execute_script(script, *arguments)

    def command(self, name: str, **parameters: Any) -> Mapping[str, Any]:
        """Send a command of the DevTools protocol."""
        answer: Mapping[str, Any] = self.driver.execute_cdp_cmd(name, parameters)
        return answer

    def look_as(self, *, width: int = 1200, dark: bool = False) -> None:
        """Take the size of a screen and the theme of its owner."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
        )
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.command("Emulation.setEmulatedMedia", features=features)

    def add_authenticator(self) -> None:
        """Give the browser a device that makes passkeys and whose user is always there."""
        options = VirtualAuthenticatorOptions(
            protocol=Protocol.CTAP2,
            transport=Transport.INTERNAL,
            has_resident_key=True,
            has_user_verification=True,
            is_user_verified=True,
        )
        self.driver.add_virtual_authenticator(options)

    def complaints(self) -> list[str]:
        """Return the warnings and errors of the console since the last time."""
        entries: list[dict[str, str]] = self.driver.execute("getLog", {"type": "browser"})["value"]
        found = [entry for entry in entries if entry["level"] in ("WARNING", "SEVERE")]
        return [f"{entry['level']}: {entry['message']}" for entry in found]

    @property
    def text(self) -> str:
        """What a reader sees."""
        found: str = self.script("return document.body.innerText")
        return found


@contextmanager
def browsing() -> Iterator[Browser]:
    """Run a browser with an empty profile for as long as the block lasts."""
    browser, driver_of_it = programs(PACKAGES)
    options = ChromeOptions()
    options.binary_location = browser
    with tempfile.TemporaryDirectory(prefix="plimsoll-browser-", ignore_cleanup_errors=True) as profile:
        for switch in (*SWITCHES, f"--user-data-dir={profile}"):
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = Chrome(options, Service(driver_of_it))
        try:
            yield Browser(driver)
        finally:
            driver.quit()
