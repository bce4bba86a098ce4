"""The words of the audit."""

import re

from plimsoll.security.audit_actions import AuditAction


def test_words_look_alike() -> None:
    """Each is lower-case words with hyphens, a thing and mostly what happened to it, and follows its name."""
    for action in AuditAction:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)?", action)
        assert action.name == re.sub("[-.]", "_", action.value).upper()
