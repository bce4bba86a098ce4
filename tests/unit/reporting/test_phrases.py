"""Sentences that the forms of a report share."""

from dataclasses import replace

import numpy as np
import pytest

from plimsoll.reporting import phrases
from plimsoll.reporting.report import Coverage, RiskReport
from plimsoll.risk.failures import Failure, Reason


def test_basis_names_an_unknown_estimator_in_words(report: RiskReport) -> None:
    """Estimators without a name of their own are read as words, and one of a thing is singular."""
    odd = replace(report.var, estimator="tail_mean", horizon_days=10, scenarios=1, tail_count=1)
    assert phrases.basis(odd) == "10 days, 99 %, tail mean, 1 scenario, 1 in the tail"


@pytest.mark.parametrize(
    ("confidence", "horizon", "often"),
    [
        (0.99, 1, "On about one day in 100 this"),
        (0.975, 10, "On about one period of 10 days in 40 this"),
        (1.0, 1, "On about the worst day this"),
        (1.0, 10, "On about the worst 10 days this"),
    ],
)
def test_in_words(report: RiskReport, confidence: float, horizon: int, often: str) -> None:
    """A confidence of 99 % is one day in a hundred, of 97.5 % one period in forty."""
    text = phrases.in_words(replace(report, confidence=confidence, horizon_days=horizon))
    assert text.startswith(often)
    assert text.endswith("on average.")


@pytest.mark.parametrize(
    ("book", "shown"),
    [
        (Coverage(12, 11, 3, 0, 5.0, 0.028), "97.2 % priced, 3 proxied, 1 excluded"),
        (Coverage(12, 12, 0, 2, 0.0, 0.0), "100 % priced, 2 stale"),
        (Coverage(12, 11, 0, 0, 0.0, None), "11 of 12 positions priced, 1 excluded of unknown value"),
        (Coverage(9999, 9998, 0, 0, 1.0, 1e-7), "100.0 % priced, 1 excluded"),
    ],
)
def test_coverage(book: Coverage, shown: str) -> None:
    """The share is by value where all values are known, by count otherwise."""
    assert phrases.coverage(book) == shown


def test_failure_place() -> None:
    """Row and column are named as far as they are known."""
    failure = Failure(Reason.EXPIRED, "X", "expired")
    assert phrases.failure_place(failure) == "—"
    assert phrases.failure_place(replace(failure, row=3)) == "row 3"
    assert phrases.failure_place(replace(failure, row=3, column="price")) == "row 3, column price"


def test_interval_notes_say_a_thing_once(report: RiskReport, open_ended: RiskReport) -> None:
    """Equal notes of VaR and ES become one; different ones stay apart; none is none."""
    same = replace(report, var=replace(report.var, note="thin"), es=replace(report.es, note="thin"))
    assert phrases.interval_notes(same) == ("VaR and ES: thin",)
    assert len(phrases.interval_notes(open_ended)) == 2
    assert phrases.interval_notes(replace(report, es=replace(report.es, note=""))) == ()


def test_contributors_and_diversifiers(report: RiskReport) -> None:
    """Both start with the largest effect, and together they are all positions with any."""
    adding, relieving = phrases.contributors(report), phrases.diversifiers(report)
    assert [one.component_es for one in adding] == sorted((one.component_es for one in adding), reverse=True)
    assert [one.component_es for one in relieving] == sorted(one.component_es for one in relieving)
    assert len(adding) + len(relieving) == len(report.positions)
    assert len(phrases.contributors(report, 2)) == 2
    assert len(phrases.diversifiers(report, 1)) == 1


def test_share_of_nothing_is_missing() -> None:
    """A share of zero or of a missing number is missing, not zero."""
    assert phrases.share(1.0, 4.0) == 0.25
    assert phrases.share(1.0, 0.0) is None
    assert phrases.share(float("nan"), 1.0) is None
    assert phrases.share(1.0, float("inf")) is None


def test_totals_are_the_book(report: RiskReport) -> None:
    """Components of every attribute add up to the row of the book."""
    total = phrases.totals(report)
    for nodes in report.nodes.values():
        assert sum(node.component_es for node in nodes) == pytest.approx(total.component_es)
        assert sum(node.value for node in nodes) == pytest.approx(total.value)
        assert sum(node.positions for node in nodes) == total.positions


def test_window_quality_and_lists(report: RiskReport) -> None:
    """Days are named as people write them; a list says how much it leaves out."""
    assert phrases.window(report) == "29 Jan 2021 to 30 Dec 2022"
    assert phrases.window(replace(report, book_dates=np.array([], dtype="datetime64[D]"))) == ""
    assert {phrases.quality(one) for one in report.positions} == {"", "proxied"}
    assert phrases.with_more(("A", "B"), 2) == "A, B"
    assert phrases.with_more(("A", "B", "C"), 2) == "A, B and 1 more"
    assert phrases.short_run_id(report) == "9f2c9f2c9f2c"
    assert (phrases.count_word(5), phrases.count_word(11)) == ("Five", "11")


def test_reliance_is_said_where_there_is_any(report: RiskReport) -> None:
    """Data that was not observed is mentioned exactly when some of the risk rests on it."""
    assert "; 4.1 % of ES rests on proxied" in phrases.reliance(report)
    assert "rests" not in phrases.reliance(replace(report, proxied_share_es=0.0))
