"""Answers as plain text to paste into a document: what they say with their numbers, and below it what these cite."""

from collections.abc import Iterator

from askspeech.answer_rendering import AnswerView
from askspeech.datatypes import Citation
from askspeech.rendering import locator_text
from askspeech.texts import PageTexts

__all__ = ["copied_text"]


def copied_text(view: AnswerView, texts: PageTexts) -> str:
    """An answer with its sources; sentences that nothing supports are left out, and no blank lines are doubled."""
    said = view.text
    for sentence in view.sentences:
        if sentence.support == "not_found":
            said = said.replace(sentence.text, "", 1)
    lines = [*_without_gaps(said), "", *(_source(citation, texts) for citation in view.citations)]
    return "\n".join(lines).strip()


def _without_gaps(text: str) -> Iterator[str]:
    before = ""
    for line in text.split("\n"):
        if line.strip() or before.strip():
            yield line.rstrip()
        before = line


def _source(citation: Citation, texts: PageTexts) -> str:
    title = " ".join(citation.speech_title.split())
    return f"[{citation.number}] {title} ({citation.file}, {locator_text(citation.locator, texts)})"
