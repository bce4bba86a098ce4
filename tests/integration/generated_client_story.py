"""What a program does with a client that was generated from the API document; run beside that client.

Arguments: the address of the API and a key.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

sys.path.insert(0, ".")


def _api(name: str) -> Any:
    return import_module(f"generated.api.{name}")


def _model(name: str) -> Any:
    return getattr(import_module("generated.models"), name)


def _file(name: str) -> Any:
    return import_module("generated.types").File(payload=Path(name).read_bytes())


def main(address: str, key: str) -> None:
    """Tell the story."""
    client = import_module("generated.client").AuthenticatedClient(base_url=address, token=key)
    book = _make_a_portfolio(client)
    imported = _api("portfolios.import_positions").sync(book.id, client=client, body=_file("positions.csv"))
    assert (imported.holdings.positions, len(imported.refused)) == (3, 1)
    prices = _api("price_sets.upload_prices").sync(client=client, body=_file("prices.csv"), name="Prices")
    assert prices.name == "Prices"
    run = _run(client, book.id)
    assert run.var > 0
    _read_everything(client, book, run)
    _meet_errors(client, book)


def _make_a_portfolio(client: Any) -> Any:
    create = _api("portfolios.create_portfolio")
    new, once = _model("NewPortfolio")(name="Book", base_currency="USD"), uuid4().hex
    book = create.sync(client=client, body=new, idempotency_key=once)
    again = create.sync_detailed(client=client, body=new, idempotency_key=once)
    assert again.parsed.id == book.id
    assert again.headers["idempotency-replayed"] == "true"
    return book


def _run(client: Any, portfolio: UUID) -> Any:
    options = _model("RunOptions")(confidence=0.975)
    new = _model("NewRiskRun")(portfolio_id=portfolio, options=options)
    return _api("risk_runs.start_risk_run").sync(client=client, body=new)


def _read_everything(client: Any, book: Any, run: Any) -> None:
    cut = _api("risk_runs.cut_cube").sync(run.id, client=client, by="desk")
    assert cut.nodes[0].path == []
    trades = [_model("Trade")(symbol="AAA", quantity=-5.0)]
    asked = _api("risk_runs.ask_what_if").sync(run.id, client=client, body=_model("WhatIf")(trades=trades))
    assert asked.before.var.value == cut.nodes[0].var.value
    assert _api("risk_runs.replay_risk_run").sync(run.id, client=client).identical
    assert _api("risk_runs.get_report").sync(run.id, client=client).additional_properties["base_currency"]
    listed = _api("risk_runs.list_risk_runs").sync(client=client, portfolio=book.id, limit=1)
    assert [one.id for one in listed.items] == [run.id]
    assert len(_api("portfolios.get_positions").sync(book.id, client=client).positions) == 3
    assert _api("system.system").sync(client=client).ready.additional_properties["database"]


def _meet_errors(client: Any, book: Any) -> None:
    problem = _api("portfolios.get_portfolio").sync(uuid4(), client=client)
    assert (problem.code, problem.status) == ("not-found", 404)
    change = _api("portfolios.change_portfolio")
    changes = _model("PortfolioChanges")(name="Renamed")
    assert change.sync(book.id, client=client, body=changes).code == "precondition-required"
    assert change.sync(book.id, client=client, body=changes, if_match='"1"').name == "Renamed"
    assert change.sync(book.id, client=client, body=changes, if_match='"1"').code == "precondition-failed"


if __name__ == "__main__":
    main(*sys.argv[1:])
    print("told")  # noqa: T201 - this is how it says that all went well
