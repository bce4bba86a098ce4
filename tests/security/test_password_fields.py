"""The page on which passwords are typed."""

import re

from attacked_site import Site


def test_passwords_are_hidden_and_may_be_pasted(site: Site) -> None:
    """A field for a password hides it, tells a password manager what it is for, and takes what is pasted."""
    page = site.answered("GET /sign-in").body.decode()
    fields = [field for field in re.findall(r"<input[^>]*>", page) if re.search(r'type="password"', field)]
    named = [field for field in re.findall(r"<input[^>]*>", page) if "password" in field]
    assert fields == named != []
    for field in fields:
        assert re.search(r'autocomplete="(current|new)-password"', field), field
        assert "maxlength" not in field or int(re.findall(r'maxlength="(\d+)"', field)[0]) >= 64
    script = site.answered("GET /sign-in.js").body.decode()
    assert not re.search(r"paste|preventDefault\(\).{0,40}clipboard|readonly", script + page, re.IGNORECASE)
