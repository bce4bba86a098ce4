"""One-time passwords, against the values of RFC 6238."""

import base64
import datetime as dt
from xml.etree import ElementTree as ET

import pytest

from plimsoll.security.totp import (
    STEP_SECONDS,
    code_at,
    enrolment_uri,
    matching_step,
    new_secret,
    qr_svg,
    step_of,
)

SECRET = base64.b32encode(b"12345678901234567890").decode()
# RFC 6238, appendix B, the rows of SHA1; of its eight digits the last six are a code of six.
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
NOW = dt.datetime(2026, 6, 30, 12, 0, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(("seconds", "digits"), VECTORS)
def test_the_codes_are_those_of_the_standard(seconds: int, digits: str) -> None:
    """All six instants of RFC 6238 give the code of its appendix B."""
    at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    assert code_at(SECRET, step_of(at)) == digits[-6:]
    assert matching_step(SECRET, digits[-6:], at) == seconds // 30


def test_a_code_lives_for_its_own_step() -> None:
    """The code of the step before, and of the one after, is not accepted."""
    for off in (-2, -1, 1, 2):
        assert matching_step(SECRET, code_at(SECRET, step_of(NOW) + off), NOW) is None
    code = code_at(SECRET, step_of(NOW))
    start = dt.datetime.fromtimestamp(step_of(NOW) * STEP_SECONDS, dt.UTC)
    life = dt.timedelta(seconds=STEP_SECONDS)
    assert matching_step(SECRET, code, start) is not None
    assert matching_step(SECRET, code, start + life - dt.timedelta(microseconds=1)) is not None
    assert matching_step(SECRET, code, start + life) is None


def test_a_code_may_be_typed_as_an_app_shows_it() -> None:
    """Spaces and a dash in it do not count."""
    code = code_at(SECRET, step_of(NOW))
    for typed in (f"{code[:3]} {code[3:]}", f" {code}", f"{code[:3]}-{code[3:]}"):
        assert matching_step(SECRET, typed, NOW) == step_of(NOW)


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "\ud800", "\x00", "-", "１２３４５６", "9" * 5000]
)
def test_what_is_no_code_is_wrong(typed: str) -> None:
    """Whatever somebody sends is looked at without an error."""
    assert matching_step(SECRET, typed, NOW) is None


def test_digits_of_other_scripts_are_none() -> None:
    """The right code in Arabic digits is not the right code."""
    code = code_at(SECRET, step_of(NOW))
    assert matching_step(SECRET, code.translate({48 + n: 0x0660 + n for n in range(10)}), NOW) is None


def test_secrets_are_long_and_differ() -> None:
    """Each has 160 bits in base 32, and no two are equal."""
    made = {new_secret() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(base64.b32decode(secret)) for secret in made} == {20}


def test_names_cannot_change_what_an_app_reads() -> None:
    """An account with signs of its own stays one label, and the secret stays the secret."""
    uri = enrolment_uri(SECRET, account="a?secret=EVIL&x:/#@b", issuer="Plimsoll & co")
    label, _, query = uri.partition("?")
    assert label == "otpauth://totp/Plimsoll%20%26%20co:a%3Fsecret%3DEVIL%26x%3A%2F%23%40b"
    assert query.startswith(f"secret={SECRET}&issuer=Plimsoll%20%26%20co&")


def test_the_picture_fits_a_strict_page() -> None:
    """It is one SVG of shapes: no script, style, link or class."""
    svg = qr_svg(enrolment_uri(SECRET, account="ada@example.com", issuer="Plimsoll"))
    root = ET.fromstring(svg)  # noqa: S314 - made by ourselves
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names == {"svg", "g", "path"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not attributes & {"style", "href", "class", "onload"}
