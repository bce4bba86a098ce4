"""Does this installation work: what is installed, and do known numbers come out."""

import platform
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version

import numpy as np

from plimsoll.data.prices import read_prices
from plimsoll.errors import DataError, UnavailableError
from plimsoll.risk.measures import expected_shortfall, value_at_risk
from plimsoll.risk.pricing.european import price
from plimsoll.workflows.identity import code_version

__all__ = ["Check", "examine", "number_check", "package_check", "prices_check", "python_check"]

_LOSSES = -np.arange(1.0, 1001.0)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Parameters
    ----------
    name
        What was looked at.
    passed
        Whether it is as it should be; None where that is not known, which is never taken for yes.
    found
        What was found, in words.
    remedy
        What to do where it is not.
    """

    name: str
    passed: bool | None
    found: str
    remedy: str = ""


def examine() -> list[Check]:
    """Return the checks of this installation, each done afresh."""
    return [
        python_check(sys.version_info[:3]),
        Check("Plimsoll", True, code_version()),
        *(package_check(name) for name in _needed_packages()),
        prices_check("demo"),
        # Haug, The Complete Guide to Option Pricing Formulas, 1998: S 60, K 65, r 8 %, 3 months, vol 30 %.
        number_check("option price", 2.1334, float(price(1, 60.0, 65.0, 0.25, 0.3, 0.08, 0.0)), 5e-5),
        # Losses 1 … 1000: VaR at 99 % is the 10th worst, ES the mean of the 10 worst.
        number_check("VaR", 991.0, value_at_risk(_LOSSES, 0.99).value, 1e-9),
        number_check("ES", 995.5, expected_shortfall(_LOSSES, 0.99).value, 1e-9),
    ]


def python_check(found: tuple[int, ...]) -> Check:
    """Check the version of Python."""
    text = f"{'.'.join(map(str, found))} on {platform.system()} {platform.machine()}"
    return Check("Python", found >= (3, 11), text, "Plimsoll needs Python 3.11 or newer.")


def package_check(name: str) -> Check:
    """Check that a package is installed."""
    try:
        return Check(name, True, version(name))
    except PackageNotFoundError:
        return Check(name, False, "not installed", f"Install it: pip install {name}")


def prices_check(source: str) -> Check:
    """Check that prices can be read."""
    try:
        table = read_prices(source)
    except UnavailableError as error:
        return Check(f"{source} prices", True, f"{error.message}; optional. {error.remedy}")
    except DataError as error:
        return Check(f"{source} prices", False, error.message, error.remedy)
    return Check(f"{source} prices", True, f"{len(table.symbols)} series to {table.dates[-1]}")


def number_check(name: str, expected: float, found: float, tolerance: float) -> Check:
    """Check that a known number comes out."""
    remedy = "The numerical libraries are broken; reinstall numpy and scipy."
    return Check(name, abs(found - expected) <= tolerance, f"{found:.4f}, expected {expected:.4f}", remedy)


def _needed_packages() -> list[str]:
    needed = [text for text in requires("plimsoll-risk") or [] if "extra ==" not in text]
    return sorted({re.split(r"[^\w-]", text)[0] for text in needed})
