"""Error messages without echoes."""

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.services.risk_api.echoes import texts, without_echo


def test_quoted_and_sent_words_are_left_out() -> None:
    """What stands in quotation marks goes, and what the client sent goes wherever it stands as a whole."""
    message = "there is already a portfolio called Alpha Beta there; 'x' and \"y\" are no dates"
    assert without_echo(message, frozenset({"Alpha Beta", "Alpha", "a"})) == (
        "there is already a portfolio called … there; … and … are no dates"
    )


@given(
    st.text(st.characters(categories=["L", "N"]), min_size=3),
    st.text(max_size=10).map(lambda text: f" {text} "),
)
def test_no_text_of_the_request_survives_as_a_word(sent: str, around: str) -> None:
    """Whatever was sent is gone from any message that has it as a word."""
    message = f"there is{around}{sent} already"
    shown = without_echo(message, frozenset({sent}))
    assert sent not in shown.split()


def test_texts_are_found_at_any_depth() -> None:
    """Keys and values count, numbers do not."""
    document = {"a": ["b", {"c": "d", "e": 1}], "f": None}
    assert set(texts(document)) == {"a", "b", "c", "d", "e", "f"}
    assert list(texts(None)) == []
