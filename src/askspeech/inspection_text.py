"""What a source was read as, for a terminal: the whole text, what was dropped struck through and labelled."""

from io import StringIO

from rich.console import Console
from rich.text import Text

from askspeech.datatypes import Document
from askspeech.inspection import Stretch, reasons, stretches
from askspeech.printing import printable

__all__ = ["inspection_text"]

_HEADING_STYLES = ("", "bold blue", "bold green", "bold yellow", "bold magenta")


def inspection_text(document: Document, *, colours: bool, width: int = 100) -> str:
    """The summary and the whole source; without colours, drops stand in ⟦…⟧ with their reason, blanks in ⟨…⟩."""
    output = StringIO()
    console = Console(file=output, force_terminal=colours, width=width, highlight=False, soft_wrap=True)
    console.print(_summary(document))
    for stretch in stretches(document):
        console.print(_coloured(stretch) if colours else _plain(stretch), end="")
    console.print()
    return output.getvalue()


def _summary(document: Document) -> Text:
    counts = [("speeches", len(document.speeches)), ("sections", len(document.sections))]
    counts += [("passages", len(document.passages)), ("characters", len(document.source.text))]
    lines = [f"{name}: {count:,}" for name, count in counts]
    lines += [f"dropped, {reason}: {count:,}" for reason, count in reasons(document).items()]
    lines += [f"warning: {printable(notice)}" for notice in document.source.layout.notices]
    return Text("\n".join((printable(document.source.file), *lines, "")))


def _coloured(stretch: Stretch) -> Text:
    text = _begin(stretch)
    words = printable(stretch.text)
    if stretch.dropped:
        if not words.strip():
            return text.append("⏎" if "\n" in words else "␣", "dim").append(words)
        return text.append(words, "dim strike").append(f" {stretch.dropped} ", "dim reverse")
    style = "bold red" if stretch.title else _HEADING_STYLES[min(stretch.depth, 4)]
    return text.append(words, f"{style} black on yellow".strip() if stretch.blank else style)


def _plain(stretch: Stretch) -> Text:
    text = _begin(stretch)
    words = printable(stretch.text)
    if stretch.dropped:
        return text.append(words if not words.strip() else f"⟦{words}: {stretch.dropped}⟧")
    if stretch.blank:
        return text.append(f"⟨{words}⟩")
    return text.append(words)


def _begin(stretch: Stretch) -> Text:
    """The line above a speech, where one begins."""
    if stretch.begins is None:
        return Text()
    facts = "; ".join(f"{fact.name} {fact.value}" for fact in stretch.begins.facts)
    derived = " (derived)" if stretch.begins.title_derived else ""
    return Text(f"\n━━ {printable(stretch.begins.title, '')}{derived} [{printable(facts, '')}]\n", "bold")
