"""The chain of the audit: sealed, signed, and every change of it seen."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from plimsoll.errors import UnavailableError
from plimsoll.security.audit_chain import ANCHOR, AuditKey, Checkpoint, canonical
from plimsoll.security.tokens import new_token

KEY = AuditKey("pla_" + "A" * 43)  # 256 zero bits: anybody can do the sums again
NOW = "2026-01-02T03:04:05.000006Z"


def _hkdf(info: bytes) -> bytes:
    """Return 32 bytes by RFC 5869, written out."""
    extracted = hmac.digest(bytes(32), bytes(32), "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def test_a_seal_is_the_hmac_of_the_one_before_and_the_event() -> None:
    """By hand: RFC 5869 for the key, RFC 2104 over the digest before and the canonical document."""
    document = {"sequence": 1, "action": "sign-out"}
    wanted = hmac.new(
        _hkdf(b"plimsoll audit chain"), ANCHOR + b'{"action":"sign-out","sequence":1}', hashlib.sha256
    )
    assert KEY.seal(ANCHOR, document) == wanted.digest()


def test_one_document_is_written_in_one_way() -> None:
    """The order of names says nothing, also inside; what is no JSON is refused."""
    assert canonical({"a": {"x": 1, "y": [1.5, None]}, "b": "ü"}) == canonical(
        {"b": "ü", "a": {"y": [1.5, None], "x": 1}}
    )
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_another_key_seals_otherwise() -> None:
    """Neither seals nor checkpoints of one key are those of another, and they have different names."""
    other = AuditKey(new_token("pla"))
    assert other.seal(ANCHOR, {}) != KEY.seal(ANCHOR, {})
    assert other.key_id != KEY.key_id
    assert not other.is_genuine(KEY.checkpoint(tenant="t", sequence=1, digest=ANCHOR, made_at=NOW))


def test_a_checkpoint_comes_back_from_its_document() -> None:
    """It is one line of JSON, genuine, and anybody with the public key can check it."""
    made = KEY.checkpoint(tenant="t", sequence=3, digest=b"\x01" * 32, made_at=NOW)
    document = made.document()
    assert document.count(b"\n") == 1
    read = Checkpoint.read(document)
    assert read == made
    assert KEY.is_genuine(read)
    assert json.loads(document)["digest"] == "01" * 32
    assert isinstance(Ed25519PublicKey.from_public_bytes(KEY.public_key), Ed25519PublicKey)


@pytest.mark.parametrize(
    "change",
    [
        {"tenant": "u"},
        {"sequence": 2},
        {"digest": "02" * 32},
        {"made_at": "2026"},
        {"key_id": "other"},
        {"signature": ""},
        {"signature": "no base64"},
    ],
)
def test_a_changed_checkpoint_is_not_genuine(change: dict[str, object]) -> None:
    """Whatever is changed, the signature no longer fits."""
    made = KEY.checkpoint(tenant="t", sequence=3, digest=b"\x01" * 32, made_at=NOW)
    assert not KEY.is_genuine(replace(made, **change))  # type: ignore[arg-type] # names and types as the class has them


@pytest.mark.parametrize(
    "document", [b"", b"{", b"[]", b"null", b"{}", b'{"sequence": "x"}', b"\xff", b"[" * 9999]
)
def test_what_is_no_checkpoint_is_refused(document: bytes) -> None:
    """A damaged file is a ValueError, nothing else."""
    with pytest.raises(ValueError, match="no checkpoint"):
        Checkpoint.read(document)


def test_a_key_is_a_token() -> None:
    """Anything else cannot be used, and is not repeated."""
    with pytest.raises(UnavailableError, match="audit key") as caught:
        AuditKey("hunter2")
    assert "hunter2" not in str(caught.value)
