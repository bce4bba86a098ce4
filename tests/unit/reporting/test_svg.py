"""A drawing surface."""

import re
import threading
from collections.abc import Callable
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest

from plimsoll.reporting.svg import Colour, Drawing

Reader = Callable[[str], ET.Element]
BAD = "<script>&\"'$\\frac{1}{0}$ 株 @0@"


def drawn(text: str = "hello") -> str:
    """Return a drawing with one of everything."""
    with Drawing(400, 200, (40, 10, 10, 40), f"title {text}", f"description {text}") as drawing:
        drawing.axes.bar([1.0, 2.0], [1.0, 2.0], color=Colour.BLUE)
        drawing.axes.axvspan(1.0, 1.5, color=Colour.INK, alpha=0.2, linewidth=0)
        drawing.axes.axhline(0.0, color=Colour.INK, linestyle=(0, (4, 3)))
        drawing.x_ticks([1.0, 2.0], ["one", text])
        drawing.y_ticks([0.0, 1.0], ["0", text])
        drawing.text(1.0, 1.0, text, bold=True)
        drawing.caption(text)
        return drawing.svg()


def test_it_is_xml_with_a_title_and_a_role(read_svg: Reader) -> None:
    """A reader that does not see it finds a role, a title and a description."""
    root = read_svg(drawn())
    assert root.attrib["role"] == "img"
    assert [child.tag.split("}")[1] for child in root][:2] == ["title", "desc"]
    assert root[0].text == "title hello"


def test_texts_stay_texts(read_svg: Reader) -> None:
    """Any text arrives as it was given: markup, formulas, foreign scripts and our own tokens."""
    texts = [element.text for element in read_svg(drawn(BAD)).iter() if element.text]
    assert texts.count(BAD) == 4
    assert "one" in texts


def test_nothing_but_plain_shapes(read_svg: Reader) -> None:
    """Only shapes and texts are left, without ids, styles, links or classes of their own."""
    root = read_svg(drawn(BAD))
    assert {element.tag.split("}")[1] for element in root.iter()} == {"svg", "title", "desc", "path", "text"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not attributes & {"id", "style", "clip-path", "href", "transform"}
    assert not re.search(r"xlink|url\(|metadata", drawn())


def test_text_and_axes_take_the_colour_of_the_page() -> None:
    """The stand-in colour is gone, the page's colour is there, and so is the chosen blue."""
    drawing = drawn()
    assert Colour.INK not in drawing
    assert "currentColor" in drawing
    assert f'fill="{Colour.BLUE}"' in drawing


def test_same_drawing_same_bytes_whatever_the_user_prefers() -> None:
    """Settings of the user change nothing, and are found again afterwards."""
    plain = drawn()
    with mpl.rc_context({"font.size": 30.0, "lines.linewidth": 9.0, "svg.fonttype": "path"}):
        assert drawn() == plain
        assert mpl.rcParams["font.size"] == 30.0


def test_threads_do_not_disturb_each_other() -> None:
    """Four drawings at once are the same as one alone."""
    plain, made = drawn(), list[str]()
    threads = [threading.Thread(target=lambda: made.append(drawn())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [plain] * 4


def test_an_error_gives_matplotlib_back() -> None:
    """After a failed drawing the settings are as before and the next one works."""
    before = mpl.rcParams["svg.fonttype"]
    with pytest.raises(ZeroDivisionError), Drawing(400, 200, (1, 1, 1, 1), "", ""):
        raise ZeroDivisionError
    assert mpl.rcParams["svg.fonttype"] == before
    assert drawn()
