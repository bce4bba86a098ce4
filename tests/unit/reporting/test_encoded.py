"""Drawing for terminals whose character set is not Unicode."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from plimsoll.reporting.encoded import Encoded, encodable


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "koi8-r"])
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Mn", "Me", "Cf"])))
def test_any_text_can_be_written_and_keeps_its_width(encoding: str, text: str) -> None:
    """Whatever comes in can be encoded and takes as many columns as before."""
    written = encodable(text, encoding)
    written.encode(encoding)
    assert cell_len(written) == cell_len(text)


def test_known_signs_have_a_twin_in_ascii() -> None:
    """Dashes, accents and bars become their nearest sign; what has none a question mark."""
    assert encodable("1.15–1.36m — é █ 株", "ascii") == "1.15-1.36m - e # ??"
    assert encodable("é – 株", "utf-8") == "é – 株"


def test_lines_end_where_their_text_ends() -> None:
    """Blanks at the end of a line, and lines of blanks, are not written; styles are kept."""
    file = io.StringIO()
    console = Console(file=file, width=20, force_terminal=True, color_system="standard", legacy_windows=False)
    text = Text.assemble(("a", "red"), ("   ", "bold"), "\n   \nb  ")
    console.print(Encoded(text, "utf-8"))
    assert file.getvalue() == "\x1b[31ma\x1b[0m\n\nb\n"
