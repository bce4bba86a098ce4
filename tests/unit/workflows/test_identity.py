"""Run identity: equal inputs, equal id; any change, another one."""

import re
from dataclasses import replace

import numpy as np

from plimsoll.data.history import HistoryResult
from plimsoll.reporting.report import RunIdentity
from plimsoll.risk.factors import RiskFactor
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.market import MarketHistory, MarketSnapshot
from plimsoll.workflows.identity import code_version, identify
from plimsoll.workflows.request import ReportRequest
from small_book import share

HISTORY = MarketHistory(
    np.array(["2024-01-01", "2024-01-02"], "datetime64[D]"),
    (RiskFactor("AAA"),),
    np.array([[1.0], [2.0]]),
    np.zeros((2, 1), np.uint8),
)
MARKET = HistoryResult(HISTORY, HISTORY.snapshot(), {}, ())
POSITIONS = [share("AAA", 1.0, row=2), share("BBB", 2.0, row=3, book="x")]
REFUSED = [Failure(Reason.REFUSED_ROW, "CCC", "no quantity", row=4)]


def _market(history: MarketHistory) -> HistoryResult:
    return replace(MARKET, history=history)


def _identity(**changes: object) -> RunIdentity:
    inputs: dict[str, object] = {"positions": POSITIONS, "refused": REFUSED, "market": MARKET}
    inputs["request"] = ReportRequest()
    return identify(**(inputs | changes))  # type: ignore[arg-type]  # the names are those of the parameters


def test_equal_inputs_give_an_equal_identity() -> None:
    """Rows in another order, with other row numbers, are the same run."""
    moved = [replace(position, row=(position.row or 0) + 7) for position in reversed(POSITIONS)]
    assert _identity(positions=moved) == _identity()


def test_any_change_gives_another_identity() -> None:
    """Each part of the input changes the id, and the hash of its own part alone."""
    levels = HISTORY.levels.copy()
    levels[0, 0] = np.nextafter(1.0, 2.0)
    changes: dict[str, dict[str, object]] = {
        "positions": {"positions": [replace(POSITIONS[0], quantity=1.5), POSITIONS[1]]},
        "refused": {"refused": []},
        "levels": {"market": _market(replace(HISTORY, levels=levels))},
        "quality": {"market": _market(replace(HISTORY, quality=HISTORY.quality + np.uint8(1)))},
        "snapshot": {"market": replace(MARKET, snapshot=MarketSnapshot(MARKET.snapshot.as_of, {}))},
        "reason": {"market": replace(MARKET, failures={"CCC": (Reason.MISSING_PRICE, "no price")})},
        "currency": {"positions": [share("AAA", 1.0, "GBX", row=2), POSITIONS[1]]},
        "configuration": {"request": ReportRequest(days=250)},
        "seed": {"request": ReportRequest(seed=2)},
    }
    ids = {name: _identity(**change) for name, change in changes.items()}
    assert len({identity.run_id for identity in ids.values()} | {_identity().run_id}) == len(changes) + 1
    assert ids["levels"].positions == _identity().positions
    assert ids["positions"].market == _identity().market


def test_hashes_are_sha256_and_the_code_is_named() -> None:
    """Every hash is 64 hex digits; the code is a version with a hash of its source."""
    identity = _identity()
    for text in (identity.run_id, identity.positions, identity.market, identity.configuration):
        assert re.fullmatch("[0-9a-f]{64}", text)
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{8}", code_version())
