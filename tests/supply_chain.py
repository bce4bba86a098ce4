"""What others have written and we use: licences, a bill of materials, and known weaknesses.

Run as a program it checks all three and writes the bill; `make scan` does, after the scans of our own source.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import httpx2
from packaging.requirements import Requirement

PROJECT = Path(__file__).parents[1]
BILL = PROJECT / "build" / "out" / "bill-of-materials.json"
ADVISORIES = "https://api.osv.dev/v1"
NAME = "plimsoll-risk"
EXTRAS = ("aws", "demo", "pandas", "tracing")

ALLOWED = re.compile(
    r"apache|mit\b|bsd|isc\b|psf|python software foundation|python-2\.0|mpl|mozilla|0bsd|unlicense|zlib"
    r"|public domain|hpnd|blueoak|boost|bsl|zpl|cc0",
    re.IGNORECASE,
)
"""Licences under which a library may be used and passed on without conditions for our own code."""

REVIEWED = {
    "psycopg": "LGPL-3.0: used as a library, unchanged, replaceable",
    "psycopg-binary": "as psycopg",
    "psycopg-pool": "as psycopg",
}
"""Other licences that somebody has looked at, and why they are all right."""


def shipped() -> list[Distribution]:
    """Return all distributions that an installation with every extra brings, by name."""
    found: dict[str, Distribution] = {}
    waiting: list[tuple[str, tuple[str, ...]]] = [(NAME, EXTRAS)]
    while waiting:
        name, extras = waiting.pop()
        try:
            one = distribution(name)
        except PackageNotFoundError:
            continue  # not for this system
        known = normal(name) in found
        found[normal(name)] = one
        for text in one.requires or ():
            wanted = Requirement(text)
            choices = ({"extra": extra} for extra in ("", *extras))
            if wanted.marker is not None and not any(map(wanted.marker.evaluate, choices)):
                continue
            if not known or extras:
                step = (wanted.name, tuple(wanted.extras))
                if normal(wanted.name) not in found:
                    waiting.append(step)
    return [found[name] for name in sorted(found) if name != NAME]


def normal(name: str) -> str:
    """Return the name of a distribution as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(one: Distribution) -> str:
    """Return what a distribution says of its licence; empty if it says nothing."""
    said = one.metadata.get_all("License-Expression") or []
    said += [text for text in one.metadata.get_all("Classifier") or [] if text.startswith("License ::")]
    said += [text.splitlines()[0] for text in one.metadata.get_all("License") or [] if text.strip()]
    return "; ".join(said)


def unlicensed(distributions: list[Distribution]) -> Iterator[str]:
    """Yield what has a licence that nobody has allowed."""
    for one in distributions:
        name = normal(one.metadata["Name"])
        if name not in REVIEWED and not ALLOWED.search(licence(one)):
            yield f"{name} {one.version}: {licence(one)[:80] or 'no licence'}"


def bill_of_materials(distributions: list[Distribution]) -> dict[str, Any]:
    """Return a CycloneDX document, the same for the same distributions."""
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{normal(one.metadata['Name'])}@{one.version}",
            "name": normal(one.metadata["Name"]),
            "version": one.version,
            "purl": f"pkg:pypi/{normal(one.metadata['Name'])}@{one.version}",
            "licenses": [{"license": {"name": licence(one)[:200] or "unknown"}}],
        }
        for one in distributions
    ]
    version = distribution(NAME).version
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": f"pkg:pypi/{NAME}@{version}",
                "name": NAME,
                "version": version,
                "purl": f"pkg:pypi/{NAME}@{version}",
            }
        },
        "components": components,
        "dependencies": [
            {"ref": f"pkg:pypi/{NAME}@{version}", "dependsOn": [one["bom-ref"] for one in components]}
        ],
    }


def locked(lock: Path) -> set[tuple[str, str]]:
    """Return the names and versions in the lock file; of some a later Python takes another version."""
    packages = tomllib.loads(lock.read_text())["package"]
    return {(found["name"], found["version"]) for found in packages if "version" in found}


def advised(distributions: list[Distribution], url: str = ADVISORIES) -> list[str] | None:
    """Return the known weaknesses of distributions; None if nobody can be asked.

    Whoever can be reached must answer: anything but an answer that is understood counts as a weakness.
    """
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "requirements.txt")
        listed.write_text("".join(f"{one.metadata['Name']}=={one.version}\n" for one in distributions))
        try:
            httpx2.head(url, timeout=10)
        except httpx2.TransportError:
            return None
        command = ["pip-audit", "--strict", "--no-deps", "--disable-pip", "--progress-spinner", "off"]
        place = [] if url == ADVISORIES else ["--osv-url", f"{url}/query"]
        ran = subprocess.run(
            [Path(sys.executable).with_name(command[0]), *command[1:], "-s", "osv", *place, "-r", listed],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    if ran.returncode == 0:
        return []
    return (ran.stdout + ran.stderr).strip().splitlines() or ["pip-audit failed without a word"]


def main(url: str = ADVISORIES) -> int:
    """Check licences and advisories, write the bill, and return the exit code."""
    distributions = shipped()
    BILL.parent.mkdir(parents=True, exist_ok=True)
    BILL.write_text(json.dumps(bill_of_materials(distributions), indent=2) + "\n")
    print(f"bill of materials: {len(distributions)} libraries in {BILL.relative_to(PROJECT)}")  # noqa: T201 - a program
    wrong = list(unlicensed(distributions))
    found = advised(distributions, url)
    if found is None:
        print(f"advisories: {url} cannot be reached, so nothing was checked")  # noqa: T201 - as above
    wrong += found or []
    for line in wrong:
        print(line, file=sys.stderr)  # noqa: T201 - as above
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
