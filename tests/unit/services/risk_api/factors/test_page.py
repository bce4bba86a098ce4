"""The page of the own factors."""

import re

import pytest

from plimsoll.services.risk_api.factors.page import router
from probe_api import client_of, probe_app

pytestmark = pytest.mark.anyio


async def test_the_page_and_its_script_are_there() -> None:
    """Under a policy that lets no other script run, and without one in the page itself."""
    paths = ("/account", "/account.js", "/programs.js", "/step-up.js")
    async with client_of(probe_app(routers=(router,)), key=None) as client:
        page, *scripts = [await client.get(path) for path in paths]
    assert 'src="/account.js"' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert {script.headers["content-type"].partition(";")[0] for script in scripts} == {"text/javascript"}
    assert not re.search(r"style=|\son[a-z]+=|<script>", page.text)


async def test_the_script_makes_no_markup_of_what_it_is_told() -> None:
    """Whatever a factor is called stays text, on every page."""
    async with client_of(probe_app(), key=None) as client:
        paths = ("/account.js", "/programs.js", "/step-up.js", "/sign-in.js", "/page.js")
        script = "".join([(await client.get(path)).text for path in paths])
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)
