"""The certificate of the platform."""

import datetime as dt
from pathlib import Path

import pytest

from certificates import write_certificate
from plimsoll.errors import UsageError
from plimsoll.services.risk_api.certificate import Certificate


def test_it_is_looked_at(tmp_path: Path) -> None:
    """Files that belong together are taken; what was made here is not of a public authority."""
    certificate = Certificate(*write_certificate(tmp_path, life=dt.timedelta(days=9)))
    now = dt.datetime.now(dt.UTC)
    found = certificate.found(["localhost", "risk.example.com"], now=now)
    assert dt.timedelta(days=8) < found.ends_at - now < dt.timedelta(days=9)
    assert (found.unnamed, found.is_public) == (("risk.example.com",), False)


def test_what_the_server_could_not_use_is_refused(tmp_path: Path) -> None:
    """Files that are missing, no PEM, or of two pairs; the message says which and what to do."""
    chain, key = write_certificate(tmp_path)
    (tmp_path / "other").mkdir()
    other = write_certificate(tmp_path / "other")[1]
    (tmp_path / "text").write_text("no certificate")
    for files in ((tmp_path / "nowhere", key), (chain, other), (tmp_path / "text", key), (chain, tmp_path)):
        with pytest.raises(UsageError) as refused:
            Certificate(*files)
        assert refused.value.remedy
