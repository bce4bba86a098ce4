"""Messages as data frames."""

import sys
from typing import Any

import pytest

from plimsoll.client.frames import to_pandas, to_polars
from plimsoll.errors import UnavailableError
from plimsoll.wire.cube import CubeCut
from plimsoll.wire.model import WireModel
from plimsoll.wire.positions import Holdings
from plimsoll.wire.risk_runs import RiskRun


def example(kind: type[WireModel]) -> Any:
    """Return the example of a message."""
    extra: Any = kind.model_config["json_schema_extra"]
    return kind.model_validate(extra["examples"][0])


def test_one_row_for_each_message() -> None:
    """Columns are the fields; ids are text and missing is null."""
    run = example(RiskRun)
    frame = to_polars([run, run.model_copy(update={"es": None})])
    assert frame["id"].to_list() == [str(run.id)] * 2
    assert frame["es"].to_list() == [run.es, None]
    assert list(to_pandas([run]).columns) == frame.columns == list(RiskRun.model_fields)


def test_attributes_of_a_cut_are_columns() -> None:
    """The total has no label, a slice has its own."""
    frame = to_polars(example(CubeCut))
    assert frame["desk"].to_list() == [None, "Equity L/S"]
    assert frame["var"].to_list() == to_pandas(example(CubeCut))["var"].tolist()


def test_attributes_of_positions_are_columns() -> None:
    """An attribute named like a field is marked, not lost."""
    held: Holdings = example(Holdings)
    position = held.positions[0].model_copy(update={"attributes": {"desk": "A", "name": "B"}})
    frame = to_polars(held.model_copy(update={"positions": (position,)}))
    assert (frame["desk"][0], frame["attribute_name"][0]) == ("A", "B")
    assert frame["name"][0] == position.name


def test_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how to install it."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UnavailableError, match="pandas is not installed"):
        to_pandas([])
