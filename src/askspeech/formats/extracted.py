"""What a reader takes out of a file, and the builder that keeps places and text in step."""

from dataclasses import dataclass, field

from askspeech.datatypes import LINES, Drop, Layout, Span, Unit
from askspeech.errors import ReadError

__all__ = ["INSTALL_RECOGNITION", "Extracted", "RecognitionNeeded", "TextBuilder"]

INSTALL_RECOGNITION = "pip install 'askspeech[ocr]'"


class RecognitionNeeded(ReadError):  # noqa: N818 - nothing is wrong with the file
    """All of a file's words are in pictures, or in fonts that do not name their characters: `scan` can read it."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """The characters of a file as its reader took them out, how they lay in it, and the encoding they came in.

    `encoding` is empty where the format leaves no choice. Every span of `layout.furniture` covers whole lines of
    `text`, without the line break behind them. `recognisable` says that some of its pages are pictures, whose words
    are not in the text and could be recognised.
    """

    text: str
    encoding: str = ""
    layout: Layout = LINES
    recognisable: bool = False


@dataclass(slots=True)
class TextBuilder:
    """Puts the lines of a file together; every line is one paragraph of the file, or a line of a page.

    With unit "paragraph" every kept line begins a new one; with unit "page" `begin_page` does. Line breaks inside an
    added text stay in it and make lines of their own.
    """

    unit: Unit
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0
    _starts: list[int] = field(default_factory=list)
    _furniture: list[Drop] = field(default_factory=list)

    def begin_page(self) -> None:
        """The next line is the first one of a new page."""
        self._starts.append(self._length)

    def add(self, text: str, furniture: str = "") -> None:
        """Add a line; `furniture` is the reason where it belongs to the page and not to the speaker."""
        if self.unit == "paragraph" and not furniture:
            self._starts.append(self._length)
        if furniture and text.strip():
            self._furniture.append(Drop(Span(self._length, self._length + len(text)), furniture))
        self._pieces.append(f"{text}\n")
        self._length += len(text) + 1

    def extracted(
        self, *, encoding: str = "", confidences: tuple[float, ...] = (), notices: tuple[str, ...] = ()
    ) -> Extracted:
        """All that was added."""
        # A file that begins with furniture has its first place there all the same.
        starts = (0, *self._starts[1:]) if self._starts else ()
        layout = Layout(self.unit, starts, tuple(self._furniture), confidences, notices)
        return Extracted("".join(self._pieces), encoding, layout)
