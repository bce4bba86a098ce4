"""Time-based one-time passwords (RFC 6238): a secret shared with an app, and a code each 30 seconds."""

import datetime as dt
import hmac
import re
from urllib.parse import quote, urlencode

__all__ = [
    "DIGITS",
    "STEP_SECONDS",
    "code_at",
    "enrolment_uri",
    "matching_step",
    "new_secret",
    "qr_svg",
    "step_of",
]

STEP_SECONDS = 30
"""How long a code lives; nothing before or after its own step counts."""

DIGITS = 6
_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_SECRET_CHARACTERS = 32  # 160 bits, as RFC 4226 recommends
_SPACES = str.maketrans("", "", " \t\u00a0-")


def new_secret() -> str:
    """Make a secret of 160 random bits, in base 32 as authenticator apps take it.

    Examples
    --------
    >>> len(new_secret())
    32
    """
    import pyotp

    return pyotp.random_base32(_SECRET_CHARACTERS)


def step_of(at: dt.datetime) -> int:
    """Return the number of the step in which an instant lies, counted from 1970.

    Examples
    --------
    >>> step_of(dt.datetime(1970, 1, 1, 0, 0, 59, tzinfo=dt.UTC))
    1
    """
    return int(at.timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """Return the code of a step.

    Parameters
    ----------
    secret
        In base 32.
    step
        From :func:`step_of`.

    Returns
    -------
    str
        Six digits.

    Notes
    -----
    HMAC-SHA-1, as every authenticator app knows it: its weakness against collisions does not matter here.

    References
    ----------
    RFC 6238, whose appendix B gives the values of this example, of eight digits there.

    Examples
    --------
    >>> import base64
    >>> secret = base64.b32encode(b"12345678901234567890").decode()
    >>> code_at(secret, step_of(dt.datetime.fromtimestamp(59, dt.UTC)))
    '287082'
    """
    import pyotp

    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).generate_otp(step)


def matching_step(secret: str, code: str, at: dt.datetime) -> int | None:
    """Return the step whose code was given; None if it is not the one of this instant.

    Parameters
    ----------
    secret
        In base 32.
    code
        As somebody typed it: spaces and dashes do not count, and digits of other scripts are none.
    at
        Now.

    Notes
    -----
    Takes equally long whether the code is right or wrong. Whoever accepts a step sees to it that the same one
    is accepted once.

    Examples
    --------
    >>> secret, now = new_secret(), dt.datetime(2026, 6, 30, tzinfo=dt.UTC)
    >>> matching_step(secret, code_at(secret, step_of(now)), now) == step_of(now)
    True
    >>> matching_step(secret, code_at(secret, step_of(now) - 1), now) is None
    True
    """
    step = step_of(at)
    typed = code.translate(_SPACES)
    expected = code_at(secret, step)
    wellformed = _CODE.fullmatch(typed) is not None
    same = hmac.compare_digest(typed.encode("utf-8", "replace"), expected.encode())
    return step if wellformed and same else None


def enrolment_uri(secret: str, *, account: str, issuer: str) -> str:
    """Return what an authenticator app reads from a QR code.

    Parameters
    ----------
    secret
        In base 32.
    account, issuer
        What the app shows: whose it is, and where it lets them in.

    Examples
    --------
    >>> enrolment_uri("ABC", account="ada@example.com", issuer="Plimsoll")
    'otpauth://totp/Plimsoll:ada%40example.com?secret=ABC&issuer=Plimsoll&algorithm=SHA1&digits=6&period=30'
    """
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    query = {
        "secret": secret,
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_SECONDS,
    }
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"


def qr_svg(text: str) -> str:
    """Return the QR code of a text: an SVG without scripts, styles or links, for a page with a strict policy.

    Parameters
    ----------
    text
        Up to 2,000 characters.

    Examples
    --------
    >>> qr_svg("otpauth://totp/x").startswith("<svg ")
    True
    """
    import segno

    code = segno.make_qr(text, error="m")
    return code.svg_inline(scale=4, dark="#000", light="#fff", svgclass=None, lineclass=None)
