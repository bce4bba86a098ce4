"""Text from outside made safe to print."""

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.reporting.printable import printable, printable_text
from plimsoll.reporting.report import RiskReport
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.failures import Failure, Reason


@given(st.text(alphabet=st.characters()))
def test_nothing_steers_a_terminal(text: str) -> None:
    """No control character is left, the length is kept, and a second pass changes nothing."""
    clean = printable_text(text)
    assert len(clean) == len(text)
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in clean)
    assert printable_text(clean) == clean


def test_what_people_write_stays() -> None:
    """Letters of any script and every kind of space are kept; line ends become spaces."""
    assert printable_text("Nestlé トヨタ a\u00a0b") == "Nestlé トヨタ a\u00a0b"
    assert printable_text("a\r\nb") == "a  b"
    assert printable_text("\u202eevil\ud800") == "\ufffdevil\ufffd"


def test_a_whole_report_is_cleaned(hostile: RiskReport) -> None:
    """Texts are cleaned at any depth; numbers, arrays and kinds are left as they are."""
    clean = printable(hostile)
    assert "\x1b" in hostile.portfolio
    assert "\x1b" not in repr(clean)
    assert "\\x1b" not in repr(clean)
    assert clean.pnl is hostile.pnl
    assert clean.var.value == hostile.var.value
    assert clean.failures[0].reason is Reason.UNKNOWN_SYMBOL


def test_parts_of_a_report() -> None:
    """Dataclasses and mappings keep their kind, and a class is not taken for an instance."""
    failure = Failure(Reason.EXPIRED, "a\nb", "c")
    assert printable(failure) == Failure(Reason.EXPIRED, "a b", "c")
    assert printable({"a\n": ("b\n",)}) == {"a ": ("b ",)}
    assert printable(Assumption) is Assumption
