"""The API page."""

from html.parser import HTMLParser

from plimsoll.services.risk_api.problems import PROBLEM_TITLES
from plimsoll.services.risk_api.system.api_page import api_page, operations
from probe_api import probe_app


class Page(HTMLParser):
    """Notes what a page has and asks for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        given = dict(attrs)
        self.addresses += [str(given[name]) for name in ("src", "href", "action") if name in given]
        self.ids += [str(given["id"])] if "id" in given else []


def test_each_operation_is_on_the_page_with_its_example() -> None:
    """Method, path, permission and the example of the body are there."""
    document = probe_app().openapi()
    html = api_page(document)
    found = list(operations(document))
    assert len(found) == sum(len(methods) for methods in document["paths"].values())
    for operation in found:
        assert f"<code>{operation.path}</code>" in html
        assert all(permission in html for permission in operation.permissions)
    assert any("Equity long/short" in operation.example for operation in found)


def test_it_needs_nothing_from_elsewhere() -> None:
    """All addresses are ours, and there is no inline style."""
    page = Page(api_page(probe_app().openapi()))
    assert all(address.startswith("/") and address[1:2] != "/" for address in page.addresses)
    assert not {"style", "iframe"} & set(page.tags)


def test_whoever_is_signed_in_can_sign_out() -> None:
    """The button is there for them; others are led to where they sign in."""
    document = probe_app().openapi()
    assert "sign-out" in Page(api_page(document, signed_in=True)).ids
    strangers = Page(api_page(document))
    assert "sign-out" not in strangers.ids
    assert "/sign-in" in strangers.addresses


def test_problem_types_lead_to_their_line() -> None:
    """`type` of a problem is a link to the page, and the anchor is there."""
    assert set(PROBLEM_TITLES) <= set(Page(api_page(probe_app().openapi())).ids)


def test_texts_of_the_document_are_no_markup() -> None:
    """What a description holds is shown, not executed."""
    document = {
        "info": {"title": "<script>", "version": "1", "description": "<b>"},
        "components": {"schemas": {}},
        "paths": {
            "/<i>": {
                "get": {"responses": {}, "summary": "<u>", "parameters": [{"name": "<s>", "in": "query"}]}
            }
        },
    }
    tags = Page(api_page(document)).tags
    assert not {"b", "i", "u", "s"} & set(tags)
    assert tags.count("script") == 1
