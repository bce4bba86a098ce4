"""The tables of instruments."""

from plimsoll.data.store.instrument_rows import InstrumentChangeRow, InstrumentRow


def test_an_instrument_is_known_by_its_symbol() -> None:
    """Within a tenant a symbol is there once, and a version of an instrument too."""
    unique = [
        {column.name for column in constraint.columns}
        for row in (InstrumentRow, InstrumentChangeRow)
        for constraint in row.__table__.constraints  # type: ignore[attr-defined] # a Table has them
        if len(getattr(constraint, "columns", ())) > 1
    ]
    assert {"tenant_id", "symbol"} in unique
    assert {"tenant_id", "instrument_id", "version"} in unique
