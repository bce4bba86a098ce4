"""The notebook API: what a quant imports."""

import subprocess
import sys

import pytest

import plimsoll


def test_public_names() -> None:
    """The public names are these, and each of them is there."""
    assert plimsoll.__all__ == ["read_portfolio", "read_prices", "report"]
    assert dir(plimsoll) == plimsoll.__all__
    assert all(callable(getattr(plimsoll, name)) for name in plimsoll.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A name that is not public says so as any module would."""
    with pytest.raises(AttributeError, match="no attribute 'value_at_risk'"):
        plimsoll.value_at_risk  # noqa: B018 # that it is not there is the point


def test_import_alone_loads_nothing_heavy() -> None:
    """``import plimsoll`` loads none of the numerical packages."""
    program = (
        "import sys, plimsoll; print({'numpy', 'scipy', 'polars', 'pandas', 'pyarrow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
