"""What is weak in an installation: its files, its keys, how it reaches other machines, its database."""

import datetime as dt
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from plimsoll.data.store.data_keys import KeyPurpose
from plimsoll.data.store.guards import Guards
from plimsoll.errors import UsageError
from plimsoll.security.certificates import CertificateFindings
from plimsoll.security.transport import check_postgres_url, check_redis_url
from plimsoll.workflows.certificate_check import certificate_check
from plimsoll.workflows.data_key_rotation import SealingState
from plimsoll.workflows.doctor import Check

__all__ = [
    "OLDEST_KEY",
    "Posture",
    "database_checks",
    "file_checks",
    "key_checks",
    "posture_checks",
    "web_checks",
]

OLDEST_KEY = dt.timedelta(days=365)
"""Age at which a data key wants to be replaced."""
# To pass through a directory tells nothing: the user of an embedded server of root's has to.
_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH
_SECRET_LINE = re.compile(
    r"^\s*(database_url|redis_url|\w*(token|password|secret))\s*=\s*[\"'](?!secret:)", re.MULTILINE
)
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """What an installation was told.

    Parameters
    ----------
    database_url, redis_url
        Of servers of the user's; None for none.
    kms
        ``local``, or ``aws:`` and a key.
    four_eyes
        Whether another than the proposer must approve a limit.
    webhook_loopback
        Whether webhooks may go to this machine.
    hosts
        Names under which it is served.
    behind_proxy
        Whether a proxy is believed.
    certificate
        What was found out about the one with which it speaks TLS itself; None for none.
    outboxes
        What goes into a folder instead of out: some of ``mail`` and ``sms``.
    """

    database_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    kms: str = "local"
    four_eyes: bool = True
    webhook_loopback: bool = False
    hosts: Sequence[str] = ()
    behind_proxy: bool = False
    certificate: CertificateFindings | None = None
    outboxes: Sequence[str] = ()

    @property
    def serves_others(self) -> bool:
        """Whether it is more than a platform for one person on one machine."""
        return bool(self.hosts) or self.database_url is not None


def file_checks(directory: Path, key_files: Sequence[Path], configuration: Sequence[Path]) -> list[Check]:
    """Check who can read the files of an installation.

    Parameters
    ----------
    directory, key_files
        The data directory and the keys in it.
    configuration
        Files with settings.
    """
    checks = [_private(directory, "data directory")]
    checks += [_private(path, f"key file {path.name}") for path in key_files]
    for path in configuration:
        if path.exists():
            checks.append(_configuration(path))
    return checks


def web_checks(posture: Posture, *, now: dt.datetime) -> list[Check]:
    """Check how browsers reach an installation, and whether its mail reaches anybody.

    Parameters
    ----------
    posture
        What the installation was told.
    now
        What time it is.
    """
    if posture.certificate is not None:
        tls = certificate_check(posture.certificate, now=now)
    elif posture.hosts and not posture.behind_proxy:
        remedy = "Set tls_cert and tls_key, or name the proxy that speaks TLS with proxies."
        tls = Check("TLS", False, f"nothing speaks it for {posture.hosts[0]}", remedy)
    elif posture.hosts:
        remedy = f"Look at the proxy yourself: only it knows what it speaks to https://{posture.hosts[0]}."
        tls = Check("TLS", None, "a proxy speaks it, out of sight from here", remedy)
    else:
        tls = Check("TLS", True, "only this machine is served")
    folder = "mail" in posture.outboxes
    return [
        tls,
        Check(
            "mail",
            not (folder and posture.serves_others),
            "goes into a folder of this machine" if folder else "goes to a provider",
            "Choose a provider with PLIMSOLL_MAIL: invitations, resets and alarms reach nobody.",
        ),
    ]


def posture_checks(posture: Posture) -> list[Check]:
    """Check what an installation was told about other machines, keys and people."""
    own = posture.database_url is None
    database = (
        "our own, through a socket file of this machine" if own else "certificate checked, or this machine"
    )
    redis = "none" if posture.redis_url is None else "certificate checked, or this machine"
    local = posture.kms == "local"
    alone = "limits, the user of this machine" if own else "their own limits"
    held = "in a file of the data directory" if local else "in AWS KMS"
    return [
        _transport("connection to PostgreSQL", database, check_postgres_url, posture.database_url),
        _transport("connection to Redis", redis, check_redis_url, posture.redis_url),
        Check(
            "master key",
            own or not local,
            held,
            "The database is elsewhere: keep the master key in a KMS, with PLIMSOLL_KMS=aws:<key>.",
        ),
        Check(
            "four eyes",
            own or posture.four_eyes,
            "limits need a second person" if posture.four_eyes else f"one person may approve {alone}",
            "Remove PLIMSOLL_FOUR_EYES=false.",
        ),
        Check(
            "webhooks",
            not posture.webhook_loopback,
            "may go to this machine" if posture.webhook_loopback else "go to public addresses by TLS alone",
            "Remove PLIMSOLL_WEBHOOK_LOOPBACK, which is for development.",
        ),
    ]


def key_checks(state: SealingState, *, now: dt.datetime) -> list[Check]:
    """Check the keys that seal the secrets of a tenant.

    Parameters
    ----------
    state
        From :func:`plimsoll.workflows.data_key_rotation.sealing_state`.
    now
        What time it is.
    """
    stale = sum(column.stale for column in state.columns)
    count = sum(column.secrets for column in state.columns)
    old = [key for key in state.keys if (key.provider, key.master) != (state.provider, state.master)]
    created = max(key.created_at for key in state.keys if key.purpose is KeyPurpose.SEAL)
    age = (now - created).days
    reseal = "Run plimsoll secrets reseal --wait."
    return [
        Check(
            "KMS",
            not state.problem,
            state.problem or f"{state.provider} answers",
            "Until it answers again no process can start.",
        ),
        Check(
            "data keys",
            bool(state.problem) or not old,
            f"{len(state.keys) - len(old)} of {len(state.keys)} under the master key of now",
            reseal,
        ),
        Check("sealed secrets", not stale, f"{count - stale} of {count} under the newest data key", reseal),
        Check(
            "age of the data key",
            age <= OLDEST_KEY.days,
            f"{age} days",
            "Run plimsoll secrets rotate --wait.",
        ),
    ]


def database_checks(found: Guards, *, own: bool) -> list[Check]:
    """Check how the database keeps tenants apart.

    Parameters
    ----------
    found
        From :func:`plimsoll.data.store.guards.guards`.
    own
        Whether it is our own on this machine, where the user is a superuser and nobody else gets in.
    """
    unguarded = ", ".join(found.unguarded)
    return [
        Check(
            "row-level security",
            not unguarded,
            f"not forced on {unguarded}" if unguarded else "forced on every table of tenants",
            "Run plimsoll db upgrade; if it is up to date, somebody has switched it off.",
        ),
        Check(
            "role of the application",
            not found.powerful_role,
            "can log in or is above row-level security"
            if found.powerful_role
            else "owns nothing, cannot log in",
            "ALTER ROLE plimsoll_app NOLOGIN NOSUPERUSER NOBYPASSRLS",
        ),
        Check(
            "user of the database",
            own or not found.superuser,
            f"superuser{', of a server that is our own' if own else ''}"
            if found.superuser
            else "no superuser",
            "Let a user without SUPERUSER own the database, and name it in the URL.",
        ),
    ]


def _private(path: Path, name: str) -> Check:
    try:
        mode = stat.S_IMODE(path.lstat().st_mode)
    except FileNotFoundError:
        return Check(name, True, "not there")
    except OSError as error:
        return Check(name, None, f"cannot be looked at: {error.strerror}", "Ask as the user who owns it.")
    remedy = f"chmod go-rwx {path}"
    return Check(name, not mode & _OTHERS, f"mode {mode:04o}", remedy)


def _configuration(path: Path) -> Check:
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES).decode(errors="replace")
    holds = _SECRET_LINE.search(content) is not None
    open_to = bool(stat.S_IMODE(path.stat().st_mode) & _OTHERS)
    found = "holds secrets" if holds else "holds no secrets"
    found += " and can be read by others" if open_to else ""
    remedy = f"chmod go-rwx {path}, or name a source: secret:file:…, secret:env:…, secret:aws:…"
    return Check(path.name, not (holds and open_to), found, remedy)


def _transport(name: str, found: str, check: Callable[[str], None], url: str | None) -> Check:
    try:
        if url is not None:
            check(url)
    except UsageError as error:
        return Check(name, False, error.message, error.remedy)
    return Check(name, True, found)
