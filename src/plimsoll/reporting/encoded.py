"""Drawing for terminals whose character set is not Unicode."""

import unicodedata

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

__all__ = ["Encoded", "encodable"]

_IN_ASCII = {"–": "-", "—": "-", "−": "-", "█": "#", "·": "|", "…": "~", "×": "x", "’": "'", "\u00a0": " "}


class Encoded:
    """What another renderable draws, in the characters that an encoding has, without blanks at line ends.

    Parameters
    ----------
    inner
        What to draw.
    encoding
        Name of a codec, as files state it.
    """

    def __init__(self, inner: RenderableType, encoding: str) -> None:
        self.inner = inner
        self.encoding = encoding

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines of the inner renderable."""
        for line in console.render_lines(self.inner, options, pad=False):
            yield from _without_trailing_blanks(
                [Segment(encodable(part.text, self.encoding), part.style, part.control) for part in line]
            )
            yield Segment.line()


def _without_trailing_blanks(line: list[Segment]) -> list[Segment]:
    while line and not line[-1].text.strip():
        line = line[:-1]
    return [*line[:-1], Segment(line[-1].text.rstrip(), line[-1].style)] if line else []


def encodable(text: str, encoding: str) -> str:
    """Return `text` in characters that `encoding` has.

    Parameters
    ----------
    text
        Any text without lone surrogates.
    encoding
        Name of a codec.

    Returns
    -------
    str
        Of the same width on a terminal; what cannot be told otherwise becomes a question mark.

    Examples
    --------
    >>> encodable("Nestlé 1.15–1.36m", "ascii")
    'Nestle 1.15-1.36m'
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_encodable_character(character, encoding) for character in text)
    return text


def _encodable_character(character: str, encoding: str) -> str:
    plain = unicodedata.normalize("NFKD", character)[0]
    for candidate in (character, _IN_ASCII.get(character, plain)):
        if candidate.encode(encoding, "ignore") and cell_len(candidate) == cell_len(character):
            return candidate
    return "?" * cell_len(character)
