"""HTML that says what became of each uploaded file, and what its next reading will meet with."""

from collections.abc import Sequence
from dataclasses import dataclass

from askspeech.filter_panel import one_line
from askspeech.library_rendering import paragraph, size_text
from askspeech.rendering import escape, shown_file
from askspeech.telling import told
from askspeech.texts import PageTexts
from askspeech.upload_checks import Concern
from askspeech.uploads import Added

__all__ = ["TakenIn", "added_html"]

_QUIET = frozenset({"picture"})
"""What is worth knowing and no trouble."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of one file: the name that it was uploaded under; why it was refused, or how it was added.

    A file that was neither added nor refused has vanished on its way.
    """

    name: str
    added: Added | None = None
    refused: str = ""
    concerns: tuple[Concern, ...] = ()


def added_html(files: Sequence[TakenIn], texts: PageTexts) -> str:
    """What became of each uploaded file, and below it what is to be known of it."""
    items = "".join(_item(file, texts) for file in files)
    new = any(file.added is not None and file.added.outcome != "same" for file in files)
    after = paragraph(texts.library_next_step, "as-waits") if new else ""
    return f'<div class="as-added"><p>{escape(texts.library_what_became)}</p><ul>{items}</ul>{after}</div>'


def _item(file: TakenIn, texts: PageTexts) -> str:
    if file.added is None:
        said, kind = (
            (texts.library_refused.format(reason=file.refused) if file.refused else texts.library_vanished),
            "as-refused",
        )
    else:
        words = {
            "added": texts.library_added,
            "same": texts.library_same,
            "renamed": texts.library_renamed,
            "replaced": texts.library_replaced,
        }[file.added.outcome]
        said, kind = words.format(name=file.added.name), f"as-{file.added.outcome}"
    notes = "".join(
        paragraph(_concern(one, texts), "as-quiet" if one.worry in _QUIET else "as-concern") for one in file.concerns
    )
    return f'<li class="{kind}"><span class="as-path">{escape(one_line(file.name))}</span> {escape(said)}{notes}</li>'


def _concern(one: Concern, texts: PageTexts) -> str:
    words: str = getattr(texts, f"library_warn_{one.worry}")
    reason = told(one.error, texts) if one.error else ""
    name = one_line(shown_file(one.twin))
    return words.format(reason=reason, name=name, size=size_text(one.size), most=size_text(one.most))
