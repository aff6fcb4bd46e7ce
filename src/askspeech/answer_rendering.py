"""HTML of answers: their sentences with numbers that open the places cited, and what has been checked.

As in `rendering`, everything goes through `escape`, and each result is one line.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from askspeech.datatypes import Answer, Citation, Hit, Language, QuestionKind, Sentence, Span
from askspeech.rendering import escape, path_html, place_value
from askspeech.texts import PageTexts, page_texts

__all__ = ["AnswerState", "AnswerView", "answer_html"]

AnswerState = Literal["running", "done", "stopped", "failed"]

QUOTE_IN_TITLE = 240
NEAREST_SHOWN = 3
NEAREST_CHARACTERS = 120
_MARK = re.compile(r"\[(\d{1,3})\]")
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
    notices = "".join(f'<p class="as-notice">{escape(notice)}</p>' for notice in view.notices)
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
    """How many of the sentences were found in what they cite, at a glance; nothing before the answer is done."""
    if view.state != "done" or not view.sentences:
        return ""
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
            yield f'<p class="{_line_class(line)}">{_with(inside, view.text, Span(start, end))}</p>'
        start = end + 1


def _line_class(line: str) -> str:
    if _ITEM.match(line):
        return "as-item"
    return _LEAD if line.rstrip().endswith(("：", ":")) and not _MARK.search(line) else "as-line"


def _with(insertions: Sequence[Insertion], text: str, span: Span) -> str:
    """The escaped characters of a span of a text, with HTML of ours in place of some of them."""
    parts, position = [], span.start
    for start, end, html in insertions:
        parts += [escape(text[position:start]), html]
        position = end
    return "".join(parts) + escape(text[position : span.end])


def _marks(view: AnswerView, texts: PageTexts) -> Iterator[Insertion]:
    """Buttons for the marks; what looks like a mark inside a sentence that does not cite it is the corpus's own."""
    citations = {citation.number: citation for citation in view.citations}
    sentences = _placed(view)
    for match in _MARK.finditer(view.text):
        number = int(match[1])
        around = [sentence for span, sentence in sentences if span.start <= match.start() < span.end]
        if number in citations and all(number in sentence.citations for sentence in around):
            yield Insertion(match.start(), match.end(), _mark_html(citations[number], texts, number in view.gone))


def _values(view: AnswerView) -> Iterator[Insertion]:
    """The figures and names that were asked for, in bold."""
    for span, sentence in _placed(view):
        for start, end in sentence.marked:
            shown = f"<strong>{escape(sentence.text[start:end])}</strong>"
            yield Insertion(span.start + start, span.start + end, shown)


def _doubts(view: AnswerView, texts: PageTexts) -> Iterator[Insertion]:
    """A word after every sentence without full support."""
    for span, sentence in _placed(view):
        if sentence.support != "supported":
            word = texts.doubt_partly if sentence.support == "partly" else texts.doubt_not_found
            html = f'<span class="as-doubt" title="{escape(sentence.reason)}">{escape(word)}</span>'
            yield Insertion(span.end, span.end, html)


def _placed(view: AnswerView) -> list[tuple[Span, Sentence]]:
    """The sentences with their places in the text, in order; one that is not there is left out."""
    placed, position = [], 0
    for sentence in view.sentences:
        start = view.text.find(sentence.text, position)
        if sentence.text and start >= 0:
            position = start + len(sentence.text)
            placed.append((Span(start, position), sentence))
    return placed


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
