"""Passkeys, with a device made of software."""

import json
import os
from dataclasses import replace
from typing import Any

import pytest

from plimsoll.security.passkeys import (
    LONGEST_ANSWER,
    Passkey,
    challenge_in,
    credential_in,
    enrolled,
    enrolment_options,
    relying_party,
    sign_in_options,
    used,
)
from soft_authenticator import SoftAuthenticator, text

ORIGIN = "https://risk.example.com"
CHALLENGE = os.urandom(32)


def asked() -> dict[str, Any]:
    """Return the options to make a passkey."""
    return enrolment_options(CHALLENGE, origin=ORIGIN, user=b"u" * 16, name="ada@example.com", known=[b"old"])


def made(device: SoftAuthenticator) -> Passkey:
    """Return the passkey of a device."""
    passkey = enrolled(device.create(asked()), challenge=CHALLENGE, origin=ORIGIN)
    assert passkey is not None
    return passkey


def options() -> dict[str, Any]:
    """Return the options to sign a challenge."""
    return sign_in_options(CHALLENGE, origin=ORIGIN, known=[b"one"])


def test_a_browser_is_told_what_we_insist_on() -> None:
    """A verified user, our host, and no second passkey on the same device."""
    told = asked()
    assert told["rp"]["id"] == relying_party(ORIGIN) == "risk.example.com"
    assert told["authenticatorSelection"]["userVerification"] == "required"
    assert told["excludeCredentials"] == [{"id": text(b"old"), "type": "public-key"}]
    assert told["challenge"] == text(CHALLENGE)
    assert options()["userVerification"] == "required"
    assert [one["id"] for one in options()["allowCredentials"]] == [text(b"one")]


def test_a_passkey_is_made_and_used() -> None:
    """What the device signs is accepted, and its count comes back."""
    device = SoftAuthenticator(ORIGIN)
    passkey = made(device)
    assert passkey.credential_id == device.credential_id
    answer = device.get(options())
    assert challenge_in(answer) == CHALLENGE
    assert credential_in(answer) == device.credential_id
    assert used(answer, passkey, challenge=CHALLENGE, origin=ORIGIN) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://risk.example.com.evil.example"},
        {"origin": "http://risk.example.com"},
        {"origin": "https://risk.example.com:8443"},
        {"host": "example.com"},
        {"verified": False},
    ],
    ids=str,
)
def test_another_place_or_an_unknown_user_is_refused(change: dict[str, Any]) -> None:
    """Neither a passkey is made, nor one used, from another origin, for another host or without its user."""
    device = SoftAuthenticator(ORIGIN)
    passkey = made(device)
    liar = replace(device, **change)
    assert enrolled(liar.create(asked()), challenge=CHALLENGE, origin=ORIGIN) is None
    assert used(liar.get(options()), passkey, challenge=CHALLENGE, origin=ORIGIN) is None


def test_another_challenge_or_key_is_refused() -> None:
    """An old answer, and one of another device, prove nothing."""
    device, other = SoftAuthenticator(ORIGIN), SoftAuthenticator(ORIGIN)
    passkey = made(device)
    answer = device.get(options())
    assert used(answer, passkey, challenge=os.urandom(32), origin=ORIGIN) is None
    assert enrolled(device.create(asked()), challenge=os.urandom(32), origin=ORIGIN) is None
    assert used(other.get(options()), passkey, challenge=CHALLENGE, origin=ORIGIN) is None


def test_an_answer_for_one_purpose_is_none_for_another() -> None:
    """What was signed to make a passkey does not sign anybody in, and the other way round."""
    device = SoftAuthenticator(ORIGIN)
    passkey = made(device)
    assert used(device.create(asked()), passkey, challenge=CHALLENGE, origin=ORIGIN) is None
    assert enrolled(device.get(options()), challenge=CHALLENGE, origin=ORIGIN) is None


NUMBER = {"clientDataJSON": text(b'{"challenge": 1}')}
LIST = {"clientDataJSON": text(b"[]")}


@pytest.mark.parametrize(
    "answer",
    [
        *("", "null", "[]", "{}", '{"id": 1}', "[" * 5000, "\ud800"),
        '{"id": "é", "response": {"clientDataJSON": "!"}}',
        json.dumps({"id": "YQ", "response": NUMBER}),
        json.dumps({"id": "YQ", "rawId": "YQ", "type": "public-key", "response": LIST}),
        json.dumps({"id": "x" * LONGEST_ANSWER}),
    ],
)
def test_hostile_answers_prove_nothing(answer: str) -> None:
    """Whatever is sent is looked at without an error."""
    passkey = Passkey(b"YQ", b"\x04" + bytes(64), 0)
    assert challenge_in(answer) is None
    assert enrolled(answer, challenge=CHALLENGE, origin=ORIGIN) is None
    assert used(answer, passkey, challenge=CHALLENGE, origin=ORIGIN) is None


@pytest.mark.parametrize("where", ["clientDataJSON", "authenticatorData", "signature"])
def test_a_changed_answer_is_refused(where: str) -> None:
    """One bit of any part makes it worthless."""
    device = SoftAuthenticator(ORIGIN)
    passkey = made(device)
    document = json.loads(device.get(options()))
    part = document["response"][where]
    document["response"][where] = part[:-4] + ("AAAA" if part[-4:] != "AAAA" else "BBBB")
    assert used(json.dumps(document), passkey, challenge=CHALLENGE, origin=ORIGIN) is None
