"""Whether the certificate with which an installation speaks TLS is good for those who come from outside."""

import datetime as dt

from plimsoll.security.certificates import CertificateFindings
from plimsoll.workflows.doctor import Check

__all__ = ["RENEWED_BEFORE", "certificate_check"]

RENEWED_BEFORE = dt.timedelta(days=14)
"""Before its end, by which a certificate wants to be renewed."""


def certificate_check(found: CertificateFindings, *, now: dt.datetime) -> Check:
    """Check a certificate: its time, its names, its key, and who vouches for it.

    Parameters
    ----------
    found
        From :func:`plimsoll.security.certificates.judged`.
    now
        What time it is.
    """
    left = (found.ends_at - now).days
    flaws = {
        "Renew it, and start plimsoll up again.": now >= found.begins_at and left < RENEWED_BEFORE.days,
        "Look at the clock of this machine, or wait.": now < found.begins_at,
        "Get one for every name of the setting hosts.": bool(found.unnamed),
        "Make a new key, of ECDSA P-256 or RSA 2048, and get one for it.": bool(found.weakness),
        "Get one of a public authority such as Let's Encrypt, and put its chain behind it in the file: "
        "browsers do not trust this one.": not found.is_public,
    }
    remedies = [remedy for remedy, is_flaw in flaws.items() if is_flaw]
    said = [
        "trusted by everybody" if found.is_public else "made by nobody whom everybody trusts",
        _time(found, now, left),
        f"not for {', '.join(found.unnamed)}" if found.unnamed else "",
        found.weakness,
    ]
    text = f"by a certificate of its own, {', '.join(filter(None, said))}"
    return Check("TLS", not remedies, text, " ".join(remedies))


def _time(found: CertificateFindings, now: dt.datetime, left: int) -> str:
    if now < found.begins_at:
        return f"valid from {found.begins_at.date()} on"
    return f"over since {found.ends_at.date()}" if now > found.ends_at else f"good for {left} days"
