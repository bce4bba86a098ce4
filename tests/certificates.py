"""Certificates for tests: good for a day, signed by themselves or by an authority of the test's own."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = dt.timedelta(days=1)


def write_certificate(
    folder: Path, *names: str, life: dt.timedelta = dt.timedelta(days=1)
) -> tuple[Path, Path]:
    """Write a certificate and its key as PEM, and return where they are."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    known = [*map(x509.DNSName, ("localhost", *names)), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    begins = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + life)
        .add_extension(x509.SubjectAlternativeName(known), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "certificate.pem", folder / "certificate-key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    formats = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, *formats))
    return chain, private


@dataclass(frozen=True)
class Authority:
    """Somebody who vouches for others.

    Parameters
    ----------
    certificate, key
        Its own, or those that another one has made for it.
    """

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes

    @property
    def pem(self) -> bytes:
        """Its certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def sign(
        self,
        name: str,
        *names: str,
        key: CertificateIssuerPrivateKeyTypes | None = None,
        begins: dt.datetime | None = None,
        life: dt.timedelta = _DAY,
        is_authority: bool = False,
    ) -> "Authority":
        """Vouch for somebody: a server, a client, or another authority."""
        return _signed(
            self, name, names, key or ec.generate_private_key(ec.SECP256R1()), begins, life, is_authority
        )

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write certificate and key as PEM, and return where they are."""
        formats = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        chain, private = folder / f"{name}.pem", folder / f"{name}-key.pem"
        chain.write_bytes(self.pem)
        private.touch(mode=0o600)
        private.write_bytes(self.key.private_bytes(serialization.Encoding.PEM, *formats))
        return chain, private


def authority(name: str = "Authority of the tests") -> Authority:
    """Return an authority for which nobody else vouches."""
    key = ec.generate_private_key(ec.SECP256R1())
    begins = dt.datetime.now(dt.UTC) - 30 * _DAY
    return _signed(None, name, (), key, begins, 3650 * _DAY, True)


def _signed(
    by: Authority | None,
    name: str,
    names: tuple[str, ...],
    key: CertificateIssuerPrivateKeyTypes,
    begins: dt.datetime | None,
    life: dt.timedelta,
    is_authority: bool,
) -> Authority:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins = begins or dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    signer = key if by is None else by.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if by is None else by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + life)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(_usage(is_authority), critical=True)
    )
    if not is_authority:
        both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = builder.add_extension(x509.ExtendedKeyUsage(both), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(map(_named, names))), critical=False)
    return Authority(builder.sign(signer, hashes.SHA256()), key)


def _named(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
