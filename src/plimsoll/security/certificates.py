"""What a certificate of a server is worth to those who meet it: by whom, for whom, until when, how strong."""

import datetime as dt
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

__all__ = ["CertificateFindings", "judged", "public_roots"]

_LEAST_RSA = 2048
_LEAST_CURVE = 256
_BROKEN_HASHES = frozenset({"md5", "sha1"})


@dataclass(frozen=True, slots=True)
class CertificateFindings:
    """What was found out about a certificate.

    Parameters
    ----------
    begins_at, ends_at
        When it begins and ceases to be valid.
    unnamed
        Names under which it is served and which are not its own.
    is_public
        Whether everybody's machine trusts who made it.
    weakness
        What is weak about its key or signature; empty where nothing is.
    """

    begins_at: dt.datetime
    ends_at: dt.datetime
    unnamed: tuple[str, ...]
    is_public: bool
    weakness: str


def judged(
    chain: bytes, hosts: Sequence[str], *, roots: Sequence[x509.Certificate], now: dt.datetime
) -> CertificateFindings:
    """Find out what a certificate is worth.

    Parameters
    ----------
    chain
        PEM: the certificate of the server first, then those between it and the authority.
    hosts
        Names under which it is served.
    roots
        Of the authorities that are trusted, such as `public_roots`.
    now
        What time it is.

    Raises
    ------
    ValueError
        If it is no such chain.
    """
    own, *between = x509.load_pem_x509_certificates(chain)
    names = tuple(_names(own))
    begins, ends = own.not_valid_before_utc, own.not_valid_after_utc
    return CertificateFindings(
        begins_at=begins,
        ends_at=ends,
        unnamed=tuple(host for host in hosts if not any(_fits(name, host) for name in names)),
        # Whether it is in time is a question of its own.
        is_public=_is_trusted(own, between, names, roots, min(max(now, begins), ends)),
        weakness=_weakness(own),
    )


@cache
def public_roots() -> tuple[x509.Certificate, ...]:
    """Return the authorities that Mozilla trusts, and with it nearly everybody; not those of this machine."""
    import httpx2

    known = httpx2.create_ssl_context(trust_env=False).get_ca_certs(binary_form=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # some are older than the rules
        return tuple(map(x509.load_der_x509_certificate, known))


def _names(certificate: x509.Certificate) -> Iterator[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return
    yield from (name.lower() for name in extension.value.get_values_for_type(x509.DNSName))
    yield from map(str, extension.value.get_values_for_type(x509.IPAddress))


def _fits(name: str, host: str) -> bool:
    wanted = host.lower().strip("[]")
    return name == wanted or (name.startswith("*.") and name[2:] == wanted.partition(".")[2])


def _is_trusted(
    own: x509.Certificate,
    between: Sequence[x509.Certificate],
    names: Sequence[str],
    roots: Sequence[x509.Certificate],
    at: dt.datetime,
) -> bool:
    subjects = [
        x509.DNSName(name.replace("*", "any")) for name in names if not name.replace(".", "").isdigit()
    ]
    if not subjects or not roots:
        return False
    try:
        builder = PolicyBuilder().store(Store(list(roots))).time(at)
        builder.build_server_verifier(subjects[0]).verify(own, list(between))
    except (VerificationError, ValueError):
        return False
    return True


def _weakness(certificate: x509.Certificate) -> str:
    key, algorithm = certificate.public_key(), certificate.signature_hash_algorithm
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < _LEAST_RSA:
            return f"RSA with {key.key_size} bits"
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.key_size < _LEAST_CURVE:
            return f"a curve with {key.curve.key_size} bits"
    elif not isinstance(key, ed25519.Ed25519PublicKey):
        return f"a key that few know ({type(key).__name__})"
    if algorithm is not None and algorithm.name in _BROKEN_HASHES:
        return f"signed with {algorithm.name}"
    return ""
