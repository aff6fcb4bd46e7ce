"""HTML of answers: their sentences with numbers that open the places cited, and what has been checked.

As in `rendering`, everything goes through `escape`, and each result is one line.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from askspeech.datatypes import Answer, Citation, Hit, Language, QuestionKind, Sentence, Span
from askspeech.marks import MARK, cited_marks, placed_sentences
from askspeech.rendering import escape, path_html, place_value, said
from askspeech.texts import PageTexts, page_texts

__all__ = ["AnswerState", "AnswerView", "LineKind", "answer_html", "line_kind"]

AnswerState = Literal["running", "done", "stopped", "failed"]
LineKind = Literal["item", "lead", "line"]
"""An item of a list with its own marker, a line that leads in to those below it, or any other."""

QUOTE_IN_TITLE = 240
NEAREST_SHOWN = 3
NEAREST_CHARACTERS = 120
_ITEM = re.compile(r"\s*(?:[-•·]\s|\d{1,2}[.．、)]|[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+、)")


_LEAD = "as-lead"
_COLON = re.compile(r"(?:：|&#58;)(?=</p>$)")


class Insertion(NamedTuple):
    """HTML that stands in place of the characters `[start, end)` of an answer."""

    start: int
    end: int
    html: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What there is of an answer at this moment, ready to be shown."""

    text: str = ""
    citations: tuple[Citation, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    notices: tuple[str, ...] = ()
    nearest: tuple[Hit, ...] = ()
    outcome: str = ""
    state: AnswerState = "running"
    language: Language = "zh"
    kind: QuestionKind = "fact"
    gone: frozenset[int] = frozenset()
    """The numbers of the citations whose places the index no longer holds."""

    @classmethod
    def of(cls, answer: Answer) -> "AnswerView":
        """The view of a finished answer."""
        return cls(
            text=answer.text,
            citations=answer.citations,
            sentences=answer.sentences,
            notices=answer.notices,
            nearest=answer.nearest if answer.refused else (),
            outcome=answer.outcome,
            state="done",
            language=answer.language,
            kind=answer.search.kind,
        )


def answer_html(view: AnswerView, reader: PageTexts) -> str:
    """An answer with its `[n]` marks as buttons that carry the places they stand for.

    Args:
        view: what there is of the answer.
        reader: the words of the page; those that belong to the answer itself are in the answer's language.
    """
    own = page_texts(view.language)
    lines = _table(view, own) if view.kind == "comparison" and not view.nearest else "".join(_lines(view, own))
    notices = "".join(f'<p class="as-notice">{escape(said(notice, reader))}</p>' for notice in view.notices)
    return (
        f'<div class="as-answer as-{view.state} as-outcome-{escape(view.outcome or "open")}">'
        f"{lines}{notices}{_state_html(view, reader)}{_checked_html(view, reader)}"
        f"{nearest_html(view.nearest, own)}</div>"
    )


def _table(view: AnswerView, texts: PageTexts) -> str:
    """A comparison: a row for each speech, its title in front; what stands above the first title comes first."""
    rows: list[list[str]] = []
    above: list[str] = []
    for line in _lines(view, texts):
        if f'class="{_LEAD}"' in line:
            rows.append([line])
        elif rows:
            rows[-1].append(line)
        else:
            above.append(line)
    cells = "".join(f"<tr><th>{_COLON.sub('', row[0])}</th><td>{''.join(row[1:])}</td></tr>" for row in rows)
    table = f'<table class="as-comparison"><tbody>{cells}</tbody></table>' if rows else ""
    return "".join(above) + table


def _checked_html(view: AnswerView, reader: PageTexts) -> str:
    """How many of the sentences were found in what they cite, at a glance; nothing before the answer is done.

    Where places of it are gone, what was found then can no longer be looked at, and that is said.
    """
    if view.state != "done" or not view.sentences:
        return ""
    if view.gone:
        words = reader.places_gone.format(number=len(view.gone))
        return f'<p class="as-checked as-doubtful as-gone-places">{escape(words)}</p>'
    quotes = {citation.number: citation.quote for citation in view.citations}
    if all(any(quotes.get(number) == one.text for number in one.citations) for one in view.sentences):
        return f'<p class="as-checked">{escape(reader.checked_quotes)}</p>'
    supported = sum(one.support == "supported" for one in view.sentences)
    kind = "as-checked" if supported == len(view.sentences) else "as-checked as-doubtful"
    words = reader.checked.format(supported=supported, sentences=len(view.sentences))
    return f'<p class="{kind}">{escape(words)}</p>'


def _state_html(view: AnswerView, reader: PageTexts) -> str:
    if view.state == "running" and not view.text:
        return f'<p class="as-waiting">{escape(reader.searching)}</p>'
    if view.state in ("stopped", "failed"):
        return f'<p class="as-notice">{escape(reader.stopped if view.state == "stopped" else reader.failed)}</p>'
    return ""


def _lines(view: AnswerView, texts: PageTexts) -> Iterator[str]:
    insertions = sorted([*_marks(view, texts), *_doubts(view, texts), *_values(view)])
    start = 0
    for line in view.text.split("\n"):
        end = start + len(line)
        if line.strip():
            inside = [one for one in insertions if start <= one.start and one.end <= end]
            yield f'<p class="as-{line_kind(line)}">{_with(inside, view.text, Span(start, end))}</p>'
        start = end + 1


def line_kind(line: str) -> LineKind:
    """What a line of an answer's text is."""
    if _ITEM.match(line):
        return "item"
    return "lead" if line.rstrip().endswith(("：", ":")) and not MARK.search(line) else "line"


def _with(insertions: Sequence[Insertion], text: str, span: Span) -> str:
    """The escaped characters of a span of a text, with HTML of ours in place of some of them."""
    parts, position = [], span.start
    for start, end, html in insertions:
        parts += [escape(text[position:start]), html]
        position = end
    return "".join(parts) + escape(text[position : span.end])


def _marks(view: AnswerView, texts: PageTexts) -> Iterator[Insertion]:
    for span, citation in cited_marks(view.text, view.sentences, view.citations):
        yield Insertion(span.start, span.end, _mark_html(citation, texts, citation.number in view.gone))


def _values(view: AnswerView) -> Iterator[Insertion]:
    """The figures and names that were asked for, in bold."""
    for span, sentence in placed_sentences(view.text, view.sentences):
        for start, end in sentence.marked:
            shown = f"<strong>{escape(sentence.text[start:end])}</strong>"
            yield Insertion(span.start + start, span.start + end, shown)


def _doubts(view: AnswerView, texts: PageTexts) -> Iterator[Insertion]:
    """A word after every sentence without full support."""
    for span, sentence in placed_sentences(view.text, view.sentences):
        if sentence.support != "supported":
            word = texts.doubt_partly if sentence.support == "partly" else texts.doubt_not_found
            html = f'<span class="as-doubt" title="{escape(sentence.reason)}">{escape(word)}</span>'
            yield Insertion(span.end, span.end, html)


def _mark_html(citation: Citation, texts: PageTexts, gone: bool) -> str:
    quote = citation.quote if len(citation.quote) <= QUOTE_IN_TITLE else citation.quote[:QUOTE_IN_TITLE] + "…"
    title = f"{texts.cited_place.format(number=citation.number)}: {citation.speech_title}\n{quote}"
    if gone:  # without a place to open: its number shows the quoted words among the sources
        title = f"{title}\n{texts.place_gone}"
        return f'<button type="button" class="as-cite as-gone" title="{escape(title)}">{citation.number}</button>'
    return (
        f'<button type="button" class="as-cite" title="{escape(title)}" '
        f'value="{place_value(citation.speech_id, citation.spans, citation.number)}">{citation.number}</button>'
    )


def nearest_html(hits: Sequence[Hit], texts: PageTexts) -> str:
    """Passages that come close to a question that has no answer; they carry no numbers, for they are no citations."""
    if not hits:
        return ""
    items = "".join(_nearest_item(hit, texts) for hit in hits[:NEAREST_SHOWN])
    return (
        f'<section class="as-nearest"><h2>{escape(texts.nearest)}</h2>'
        f'<p class="as-note">{escape(texts.nearest_note)}</p>{items}</section>'
    )


def _nearest_item(hit: Hit, texts: PageTexts) -> str:
    text = hit.passage.text
    for heading in hit.passage.heading_path:
        text = text.removeprefix(heading).lstrip(" \n。；;，,：:")
    shown = text if len(text) <= NEAREST_CHARACTERS else text[:NEAREST_CHARACTERS].rstrip() + "…"
    path = path_html(hit.passage.heading_path)
    return (
        f'<article class="as-near"><h3>{escape(hit.speech.title)}</h3>{path}'
        f'<p class="as-excerpt">{escape(shown)}</p>'
        f'<button type="button" class="as-open" value="{place_value(hit.speech.id, hit.passage.spans)}">'
        f"{escape(texts.open_place)}</button></article>"
    )
