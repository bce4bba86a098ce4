"""What a certificate is worth, with an authority that is among the roots and one that is not."""

import datetime as dt

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certificates import Authority, authority
from plimsoll.security.certificates import CertificateFindings, judged, public_roots

NOW = dt.datetime.now(dt.UTC)
KNOWN, UNKNOWN = authority("Known to everybody"), authority("Known to nobody")
NAME = "risk.example.com"


def _found(chain: bytes, *hosts: str, now: dt.datetime = NOW) -> CertificateFindings:
    return judged(chain, hosts, roots=[KNOWN.certificate], now=now)


def test_a_sound_one_is_sound() -> None:
    """Of a trusted authority, for all its names; a star stands for one label."""
    found = _found(KNOWN.sign(NAME, NAME, "*.example.org").pem, NAME, "A.example.org", "RISK.example.com")
    assert (found.is_public, found.unnamed, found.weakness) == (True, (), "")
    assert found.begins_at <= dt.datetime.now(dt.UTC) < found.ends_at


def test_who_vouches_for_it_counts() -> None:
    """Nobody's, its own and an authority's without the ones between are not trusted; with them it is."""
    between = KNOWN.sign("Between", is_authority=True)
    own = between.sign(NAME, NAME)
    assert not _found(UNKNOWN.sign(NAME, NAME).pem, NAME).is_public
    assert not _found(UNKNOWN.pem, NAME).is_public
    assert not _found(own.pem, NAME).is_public
    assert _found(own.pem + between.pem, NAME).is_public
    no_authority = KNOWN.sign("No authority", "other.example.com")
    forged = Authority(no_authority.certificate, no_authority.key).sign(NAME, NAME)
    assert not _found(forged.pem + no_authority.pem, NAME).is_public


def test_names_count() -> None:
    """A star is no two labels and not the domain; a common name is no name."""
    found = _found(
        KNOWN.sign(NAME, "*.example.org").pem, NAME, "a.b.example.org", "example.org", "a.example.org"
    )
    assert found.unnamed == (NAME, "a.b.example.org", "example.org")
    assert _found(KNOWN.sign(NAME).pem, NAME).unnamed == (NAME,)
    assert _found(KNOWN.sign(NAME, NAME, "192.0.2.1").pem, "192.0.2.1").unnamed == ()


def test_its_time_does_not_make_it_untrusted() -> None:
    """Whoever reads both learns of each by itself."""
    for begins in (NOW - dt.timedelta(days=9), NOW + dt.timedelta(days=9)):
        found = _found(KNOWN.sign(NAME, NAME, begins=begins).pem, NAME)
        assert (found.is_public, found.begins_at <= NOW <= found.ends_at) == (True, False)


@pytest.mark.parametrize(
    ("key", "weakness"),
    [
        (rsa.generate_private_key(65537, 1024), "RSA with 1024 bits"),  # noqa: S505 - it is to be found weak
        (rsa.generate_private_key(65537, 2048), ""),
        (ec.generate_private_key(ec.SECP192R1()), "a curve with 192 bits"),
        (ec.generate_private_key(ec.SECP384R1()), ""),
    ],
    ids=["rsa-1024", "rsa-2048", "ec-192", "ec-384"],
)
def test_a_weak_key_is_weak(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, weakness: str) -> None:
    """Whoever vouches for it."""
    assert _found(KNOWN.sign(NAME, NAME, key=key).pem, NAME).weakness == weakness


def test_the_public_ones_are_those_of_browsers() -> None:
    """They vouch for themselves, and not for an authority of ours."""
    roots = public_roots()
    assert any("ISRG Root X1" in root.subject.rfc4514_string() for root in roots)
    assert not judged(KNOWN.sign(NAME, NAME).pem, [NAME], roots=roots, now=NOW).is_public


def test_what_is_no_certificate_is_said() -> None:
    """Whoever calls has looked at the file before."""
    with pytest.raises(ValueError, match="PEM"):
        _found(b"no certificate", NAME)
