"""The ring of signing keys: what each key does at which time."""

import datetime as dt

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from plimsoll.errors import UnavailableError
from plimsoll.security.base64url import decoded
from plimsoll.security.key_ring import (
    LIFE_OF_KEY,
    PUBLISHED_BEFORE_USE,
    RETIRING,
    SigningKey,
    SigningRing,
    SigningState,
    new_signing_key,
)

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
MOMENT = dt.timedelta(microseconds=1)
FIRST = new_signing_key(NOW, NOW)
TAKES_OVER = NOW + LIFE_OF_KEY
SECOND = new_signing_key(TAKES_OVER - dt.timedelta(days=1), TAKES_OVER)
RING = SigningRing([SECOND, FIRST])


@pytest.mark.parametrize(
    ("at", "first", "second"),
    [
        (NOW, SigningState.ACTIVE, SigningState.PENDING),
        (TAKES_OVER - MOMENT, SigningState.ACTIVE, SigningState.PENDING),
        (TAKES_OVER, SigningState.RETIRING, SigningState.ACTIVE),
        (TAKES_OVER + RETIRING - MOMENT, SigningState.RETIRING, SigningState.ACTIVE),
        (TAKES_OVER + RETIRING, SigningState.ENDED, SigningState.ACTIVE),
    ],
)
def test_keys_follow_one_another(at: dt.datetime, first: SigningState, second: SigningState) -> None:
    """One key signs at any time; the one before it still counts while tokens of it may live."""
    assert (RING.state(FIRST.kid, at), RING.state(SECOND.kid, at)) == (first, second)
    signer = FIRST if first is SigningState.ACTIVE else SECOND
    assert RING.signer(at) is signer
    counting = (SigningState.ACTIVE, SigningState.RETIRING)
    assert (RING.public(FIRST.kid, at) is not None) == (first in counting)
    assert (RING.public(SECOND.kid, at) is not None) == (second in counting)
    shown = [key["kid"] for key in RING.published(at)]
    assert shown == [SECOND.kid, *([] if first is SigningState.ENDED else [FIRST.kid])]


def test_no_other_key_is_known() -> None:
    """Names that are not in the ring lead nowhere, whatever they look like."""
    for kid in ("", "../../etc/passwd", "' OR 1=1 --", FIRST.kid.lower() + "x", "https://evil.example/jwks"):
        assert RING.public(kid, NOW) is None


def test_a_ring_without_an_active_key_signs_nothing() -> None:
    """It says so instead of taking the next best."""
    for ring in (SigningRing([]), SigningRing([SECOND])):
        with pytest.raises(UnavailableError):
            ring.signer(NOW)


def test_the_next_key_is_asked_for_a_day_ahead() -> None:
    """It takes over when the one before has signed for 30 days, and never before an hour has passed."""
    alone = SigningRing([FIRST])
    day = dt.timedelta(days=1)
    assert SigningRing([]).next_from(NOW) == NOW
    ahead = SigningRing([new_signing_key(NOW + day, NOW + day)])
    assert ahead.next_from(NOW) == NOW
    assert alone.next_from(TAKES_OVER - day - MOMENT) is None
    assert alone.next_from(TAKES_OVER - day) == TAKES_OVER
    late = TAKES_OVER + day
    assert alone.next_from(late) == late + PUBLISHED_BEFORE_USE
    assert RING.next_from(TAKES_OVER - day) is None


def test_what_is_published_is_public() -> None:
    """A JSON Web Key of RFC 8037, without the private half; not even the representation shows that."""
    (shown,) = SigningRing([FIRST]).published(NOW)
    assert set(shown) == {"kty", "crv", "use", "alg", "kid", "x"}
    public = Ed25519PublicKey.from_public_bytes(decoded(shown["x"]))
    assert public.public_bytes_raw() == FIRST.public
    assert str(FIRST.private) not in repr(FIRST)


def test_the_key_of_rfc_8037_has_its_public_half() -> None:
    """Appendix A.1 and A.2 of the RFC."""
    private = decoded("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
    assert SigningKey("a", private, NOW, NOW).jwk["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
