"""A drawing surface: matplotlib draws; what it writes is made small, plain and safe to put into a page."""

import io
import re
from collections.abc import Iterable
from contextlib import ExitStack
from enum import StrEnum
from html import escape
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Colour", "Drawing", "attributes"]

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
_DROPPED = {"font-family", "font-stretch", "font-style", "font-variant"}
_ONE_AT_A_TIME = RLock()  # the settings of matplotlib belong to the whole process


class Colour(StrEnum):
    """The colours of a drawing; a page may set others in their place."""

    BLUE = "#0072b2"
    VERMILLION = "#d55e00"
    INK = "#010203"  # stands for the colour of the text around the drawing


class Drawing:
    """One chart.

    Parameters
    ----------
    width, height
        In units of the drawing; text is 12 of them high, so that 400 wide suits a phone.
    margins
        Left, top, right and bottom of the axes, in the same units.
    title, description
        What it shows, for people who do not see it.

    Notes
    -----
    Used as a context: inside it matplotlib has its own default settings, whatever the user's are, and no
    other thread draws. The same drawing gives the same bytes.

    No text is given to matplotlib: it draws tokens, and the texts are put in their place, escaped, later. So
    no name of a portfolio can be taken for a formula or lack a glyph. Text and axes take the colour of the
    surrounding page, colours are attributes that a style sheet can override, and nothing has an id, a style
    attribute or a link.
    """

    axes: "Axes"

    def __init__(
        self, width: int, height: int, margins: tuple[int, int, int, int], title: str, description: str
    ) -> None:
        self.width, self.height, self.margins = width, height, margins
        self.title, self.description = title, description
        self._texts: list[str] = []
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        """Open the surface: empty axes without lines, ticks or ground."""
        import matplotlib as mpl
        from matplotlib.figure import Figure

        self._exits.enter_context(_ONE_AT_A_TIME)
        self._exits.enter_context(mpl.rc_context())
        mpl.rcdefaults()
        mpl.rcParams["svg.fonttype"] = "none"
        mpl.rcParams["svg.hashsalt"] = "plimsoll"
        left, top, right, bottom = self.margins
        width, height = self.width, self.height
        self._figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height)
        self.axes = self._figure.add_axes(box)
        self._figure.patch.set_visible(False)
        self.axes.patch.set_visible(False)
        self.axes.spines[:].set_visible(False)
        self.axes.tick_params(bottom=False, left=False, labelcolor=Colour.INK, labelsize=12, pad=4)
        self.axes.set_xticks([])
        self.axes.set_yticks([])
        self.axes.set_axisbelow(True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give matplotlib back as it was."""
        self._exits.close()

    def label(self, text: str) -> str:
        """Return the token that stands for a text in the drawing.

        Parameters
        ----------
        text
            Any text.
        """
        self._texts.append(text)
        return f"@{len(self._texts) - 1}@"

    def text(
        self, x: float, y: float, text: str, *, anchor: str = "left", bold: bool = False, over: bool = False
    ) -> None:
        """Write `text`, centred on the height `y`.

        Parameters
        ----------
        x, y
            In data; `y` as a fraction of the axes where `over` is set.
        text
            Any text.
        anchor
            Which end of it lies at `x`: ``left``, ``center`` or ``right``.
        bold
            Whether it is set in bold.
        over
            Whether `y` counts as a fraction of the height of the axes.
        """
        self.axes.text(
            x,
            y,
            self.label(text),
            ha=anchor,
            va="center_baseline",
            fontsize=12,
            fontweight="bold" if bold else "normal",
            color=Colour.INK,
            transform=self.axes.get_xaxis_transform() if over else self.axes.transData,
        )

    def caption(self, text: str) -> None:
        """Write a line below the axes and their labels.

        Parameters
        ----------
        text
            Any text.
        """
        self.axes.set_xlabel(self.label(text), color=Colour.INK, fontsize=12)

    def x_ticks(self, places: Iterable[float], labels: Iterable[str]) -> None:
        """Write labels below the axes.

        Parameters
        ----------
        places
            Where, in data.
        labels
            As many texts.
        """
        self.axes.set_xticks(list(places), labels=[self.label(label) for label in labels])

    def y_ticks(self, places: Iterable[float], labels: Iterable[str], *, grid: bool = True) -> None:
        """Write labels left of the axes.

        Parameters
        ----------
        places
            Where, in data.
        labels
            As many texts.
        grid
            Whether faint lines run across from them.
        """
        self.axes.set_yticks(list(places), labels=[self.label(label) for label in labels])
        if grid:
            self.axes.grid(axis="y", color=Colour.INK, alpha=0.14, linewidth=1)

    def svg(self) -> str:
        """Return the drawing as SVG text without prolog, ready to stand in a page or in a file."""
        for artist in self.axes.findobj():
            artist.set_clip_on(False)
        written = io.BytesIO()
        self._figure.savefig(written, format="svg", metadata={"Date": None})
        body = _cleaned(written.getvalue().decode("utf-8"))
        body = re.sub(r"@(\d+)@", lambda token: escape(self._texts[int(token[1])]), body)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'role="img" class="chart" fill="currentColor" font-family="{_FONT}">\n'
            f"<title>{escape(self.title)}</title>\n<desc>{escape(self.description)}</desc>\n{body}</svg>\n"
        )


def _cleaned(written: str) -> str:
    """Return the shapes and texts of what matplotlib wrote, one a line."""
    body = written[written.index('<g id="figure_1">') : written.rindex("</svg>")]
    body = re.sub(r"<!--.*?-->|</?g\b[^>]*>|<defs>.*?</defs>|<defs/>", "", body, flags=re.DOTALL)
    body = re.sub(r"<[^>]+>", lambda tag: _clean_tag(tag[0]), body)
    return re.sub(r"\n\s*", "\n", body).lstrip()


def _clean_tag(tag: str) -> str:
    tag = re.sub(r"\s+", " ", tag)
    tag = re.sub(r' (?:id|clip-path|transform)="[^"]*"', "", tag)
    tag = re.sub(r'style="([^"]*)"', lambda style: attributes(style[1]), tag)
    tag = re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), tag)
    return tag.replace(Colour.INK, "currentColor").replace(" />", "/>")


def attributes(style: str) -> str:
    """Return a style as attributes of its own, so that a page may forbid styles in its elements.

    Parameters
    ----------
    style
        As matplotlib writes it; up to version 3.10 the font is one part, since then several.

    Returns
    -------
    str
        Attributes for a tag, without the family of the font, which is the page's.

    Examples
    --------
    >>> attributes("font: 700 12px 'DejaVu Sans'; fill: #0072b2") == attributes(
    ...     "fill: #0072b2; font-size: 12px; font-weight: 700; font-family: 'DejaVu Sans'"
    ... )
    True
    """
    parts = dict(part.split(": ", 1) for part in style.split("; ") if part)
    font = re.match(r"(?:(\d+) )?([\d.]+px)", parts.pop("font", ""))
    if font:
        parts |= {"font-weight": font[1] or "400", "font-size": font[2]}
    return " ".join(f'{name}="{value}"' for name, value in sorted(parts.items()) if name not in _DROPPED)
