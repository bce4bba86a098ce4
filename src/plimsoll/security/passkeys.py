"""Passkeys (WebAuthn): a key pair in the user's device that signs challenges of one origin alone."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

__all__ = [
    "LONGEST_ANSWER",
    "Passkey",
    "challenge_in",
    "credential_in",
    "enrolled",
    "enrolment_options",
    "relying_party",
    "sign_in_options",
    "used",
]

LONGEST_ANSWER = 16 * 1024
"""Characters of what a browser answers; more is not looked at."""

_TIMEOUT = 300_000  # milliseconds that the browser waits for the user
_NAME = "Plimsoll"


@dataclass(frozen=True, slots=True)
class Passkey:
    """The public half of a key pair.

    Parameters
    ----------
    credential_id
        By which the device knows it.
    public_key
        As COSE.
    sign_count
        How often it has signed, where the device counts; 0 where it does not.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int


def relying_party(origin: str) -> str:
    """Return the name for which passkeys of an origin are made.

    Parameters
    ----------
    origin
        Such as ``https://risk.example.com``.

    Examples
    --------
    >>> relying_party("https://risk.example.com:8443")
    'risk.example.com'
    """
    return urlsplit(origin).hostname or ""


def enrolment_options(
    challenge: bytes, *, origin: str, user: bytes, name: str, known: Sequence[bytes]
) -> dict[str, Any]:
    """Return what ``navigator.credentials.create`` takes to make a passkey.

    Parameters
    ----------
    challenge
        Random, and used once.
    origin
        Of the page.
    user, name
        Who it is for: an id that says nothing about them, and a name for the device to show.
    known
        Ids of their passkeys: a device makes no second one.
    """
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = webauthn.generate_registration_options(
        rp_id=relying_party(origin),
        rp_name=_NAME,
        user_id=user,
        user_name=name,
        challenge=challenge,
        timeout=_TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return _plain(options)


def sign_in_options(challenge: bytes, *, origin: str, known: Sequence[bytes]) -> dict[str, Any]:
    """Return what ``navigator.credentials.get`` takes to sign a challenge with one of the known passkeys."""
    import webauthn
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=relying_party(origin),
        challenge=challenge,
        timeout=_TIMEOUT,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options)


def challenge_in(answer: str) -> bytes | None:
    """Return the challenge that an answer says it signs; None if it cannot be read.

    Nothing is proved by it: it finds the challenge that the answer has to prove.
    """
    try:
        document = _document(answer)["response"]["clientDataJSON"]
        said = json.loads(_decoded(document))["challenge"]
        return _decoded(said)
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def credential_in(answer: str) -> bytes | None:
    """Return the id of the passkey that an answer says it was made with; None if it cannot be read."""
    try:
        return _decoded(_document(answer)["id"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def enrolled(answer: str, *, challenge: bytes, origin: str) -> Passkey | None:
    """Return the passkey that a browser has made; None if the answer does not prove it.

    Parameters
    ----------
    answer
        What ``navigator.credentials.create`` gave, as JSON.
    challenge, origin
        What it must have signed, and from where. The user must have been verified, by a PIN or a finger.
    """
    from webauthn import verify_registration_response

    try:
        made = verify_registration_response(
            credential=_document(answer),
            expected_challenge=challenge,
            expected_rp_id=relying_party(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - whatever a hostile answer breaks in the parsers, it proves nothing
        return None
    return Passkey(made.credential_id, made.credential_public_key, made.sign_count)


def used(answer: str, passkey: Passkey, *, challenge: bytes, origin: str) -> int | None:
    """Return how often a passkey has signed by now; None if the answer does not prove that it signed.

    Parameters
    ----------
    answer
        What ``navigator.credentials.get`` gave, as JSON.
    passkey
        The one that it names. Its count is not compared: one that has not grown tells of a copy of the key,
        which is more than a wrong answer, and the caller's to find.
    challenge, origin
        What it must have signed, and from where. The user must have been verified.
    """
    from webauthn import verify_authentication_response

    try:
        found = verify_authentication_response(
            credential=_document(answer),
            expected_challenge=challenge,
            expected_rp_id=relying_party(origin),
            expected_origin=origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=-1,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - whatever a hostile answer breaks in the parsers, it proves nothing
        return None
    return found.new_sign_count


def _document(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    document = json.loads(answer)
    if not isinstance(document, dict):
        raise TypeError("no object")
    return document


def _decoded(text: Any) -> bytes:
    if not isinstance(text, str):
        raise TypeError("no text")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64url") from error


def _plain(options: Any) -> dict[str, Any]:
    from webauthn.helpers import options_to_json_dict

    return options_to_json_dict(options)
