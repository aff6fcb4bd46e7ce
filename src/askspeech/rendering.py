"""HTML of questions, answers and sources, built from plain text.

Everything that comes from a corpus, a file's name, a question or a model goes through `escape`. The results are put
into Gradio components that treat them as Markdown and then sanitize them, so they are one line each, and their text
holds no character that means something to HTML or Markdown.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from askspeech.datatypes import Answer, Citation, Hit, Language, Locator, Sentence, Span
from askspeech.texts import PageTexts, page_texts

AnswerState = Literal["running", "done", "stopped", "failed"]

EXCERPT_MARGIN = 90
EXCERPT_BRIDGE = 60
QUOTE_IN_TITLE = 240
NEAREST_SHOWN = 3
NEAREST_CHARACTERS = 120
QUESTION_SHOWN = 2000

_MARK = re.compile(r"\[(\d{1,3})\]")
_ITEM = re.compile(r"\s*(?:[-•·]\s|\d{1,2}[.．、)]|[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+、)")
_SENTENCE_END = "。！？；：…!?;:”’」』）)》"
_FULL_STOPS = "。！？；!?;"
_BREAK = re.compile(r"\s*[\r\n]\s*")
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_REFERENCES = {ord(mark): f"&#{ord(mark)};" for mark in _PUNCTUATION}
# Control characters: line breaks stay line breaks (as references, so that no Markdown block ends); a tab stays a tab;
# the others have no place in a page.
_REFERENCES |= dict.fromkeys((*range(32), *range(127, 160)), "�")
_REFERENCES |= {code: f"&#{code};" for code in (0x09, 0x0A)} | {0x0D: "&#10;", 0x85: "&#10;"}
_REFERENCES |= {0x2028: "&#10;", 0x2029: "&#10;"} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


class Piece(NamedTuple):
    """A stretch of an excerpt, and whether it is quoted."""

    text: str
    marked: bool


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
        )


def escape(text: str) -> str:
    """Text as HTML and Markdown that show exactly this text: all ASCII punctuation as character references."""
    return text.replace("\r\n", "\n").translate(_REFERENCES)


def question_html(question: str) -> str:
    """A question as its asker wrote it."""
    shown = question if len(question) <= QUESTION_SHOWN else question[:QUESTION_SHOWN] + "…"
    return f'<div class="as-question">{escape(shown)}</div>'


def problem_html(message: str) -> str:
    """A sentence that says why there is no answer."""
    return f'<div class="as-answer as-problem"><p>{escape(message)}</p></div>'


def welcome_html(heading: str, message: str, *, command: str = "") -> str:
    """What stands in an empty conversation."""
    shown = f"<pre><code>{escape(command)}</code></pre>" if command else ""
    return f'<div class="as-welcome"><h2>{escape(heading)}</h2><p>{escape(message)}</p>{shown}</div>'


def answer_html(view: AnswerView, reader: PageTexts) -> str:
    """An answer with its `[n]` marks as buttons that carry the places they stand for.

    Args:
        view: what there is of the answer.
        reader: the words of the page; those that belong to the answer itself are in the answer's language.
    """
    own = page_texts(view.language)
    lines = "".join(_lines(view, own))
    notices = "".join(f'<p class="as-notice">{escape(notice)}</p>' for notice in view.notices)
    return (
        f'<div class="as-answer as-{view.state} as-outcome-{escape(view.outcome or "open")}">'
        f"{lines}{notices}{_state_html(view, reader)}{nearest_html(view.nearest, own)}</div>"
    )


def filters_html(filtered_by: Sequence[tuple[str, str]], reader: PageTexts) -> str:
    """The filters that an answer was asked under, each value with the field that it is of; nothing without any."""
    if not filtered_by:
        return ""
    names = {
        "speech": reader.filter_speech,
        "level": reader.filter_level,
        "place": reader.filter_place,
        "year": reader.filter_year,
        "kind": reader.filter_kind,
        "file": reader.filter_file,
    }
    chips = " ".join(
        f'<span class="as-filter"><span>{escape(names[name])}</span> {escape(value)}</span>'
        for name, value in filtered_by
    )
    return f'<p class="as-filtered">{escape(reader.filtered)} {chips}</p>'


def _state_html(view: AnswerView, reader: PageTexts) -> str:
    if view.state == "running" and not view.text:
        return f'<p class="as-waiting">{escape(reader.searching)}</p>'
    if view.state in ("stopped", "failed"):
        return f'<p class="as-notice">{escape(reader.stopped if view.state == "stopped" else reader.failed)}</p>'
    return ""


def _lines(view: AnswerView, texts: PageTexts) -> Iterator[str]:
    insertions = sorted([*_marks(view, texts), *_doubts(view, texts)])
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
    return "as-lead" if line.rstrip().endswith(("：", ":")) and not _MARK.search(line) else "as-line"


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
            yield Insertion(match.start(), match.end(), _mark_html(citations[number], texts))


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


def _mark_html(citation: Citation, texts: PageTexts) -> str:
    quote = citation.quote if len(citation.quote) <= QUOTE_IN_TITLE else citation.quote[:QUOTE_IN_TITLE] + "…"
    title = f"{texts.cited_place.format(number=citation.number)}: {citation.speech_title}\n{quote}"
    return (
        f'<button type="button" class="as-cite" title="{escape(title)}" '
        f'value="{place_value(citation.speech_id, citation.spans, citation.number)}">{citation.number}</button>'
    )


def place_value(speech_id: str, spans: Sequence[Span], number: int | None = None) -> str:
    """A place in a speech as an attribute's value: escaped JSON that the page's script reads."""
    place = {"speech": speech_id, "number": number, "spans": [[start, end] for start, end in spans]}
    return escape(json.dumps(place, ensure_ascii=False, separators=(",", ":")))


def nearest_html(hits: Sequence[Hit], texts: PageTexts) -> str:
    """Passages that come close to a question that has no answer; they carry no numbers, for they are no citations."""
    if not hits:
        return ""
    items = "".join(_nearest_item(hit, texts) for hit in hits[:NEAREST_SHOWN])
    return (
        f'<section class="as-nearest"><h4>{escape(texts.nearest)}</h4>'
        f'<p class="as-note">{escape(texts.nearest_note)}</p>{items}</section>'
    )


def _nearest_item(hit: Hit, texts: PageTexts) -> str:
    text = hit.passage.text
    for heading in hit.passage.heading_path:
        text = text.removeprefix(heading).lstrip(" \n。；;，,：:")
    shown = text if len(text) <= NEAREST_CHARACTERS else text[:NEAREST_CHARACTERS].rstrip() + "…"
    path = _path_html(hit.passage.heading_path)
    return (
        f'<article class="as-near"><h5>{escape(hit.speech.title)}</h5>{path}'
        f'<p class="as-excerpt">{escape(shown)}</p>'
        f'<button type="button" class="as-open" value="{place_value(hit.speech.id, hit.passage.spans)}">'
        f"{escape(texts.open_place)}</button></article>"
    )


def sources_html(citations: Sequence[Citation], source_text: Callable[[str], str], reader: PageTexts) -> str:
    """The places that an answer cites, grouped by speech, with the quoted words marked in their paragraph.

    Args:
        citations: in the order of their numbers.
        source_text: the canonical text of a source, by its id.
        reader: the words of the page.
    """
    groups: dict[str, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.speech_id, []).append(citation)
    speeches = "".join(_speech_html(group, source_text, reader) for group in groups.values())
    return f'<div class="as-sources">{speeches}</div>'


def note_html(message: str, kind: str = "empty") -> str:
    """A quiet sentence in place of sources."""
    return f'<div class="as-sources as-{kind}"><p class="as-note">{escape(message)}</p></div>'


def _speech_html(citations: Sequence[Citation], source_text: Callable[[str], str], reader: PageTexts) -> str:
    first = citations[0]
    text = source_text(first.source_id)
    items = "".join(_citation_html(citation, text, reader) for citation in citations)
    return (
        f'<section class="as-speech"><h3>{escape(first.speech_title)}</h3>'
        f'<p class="as-file">{escape(first.file)}</p>{items}</section>'
    )


def _citation_html(citation: Citation, text: str, reader: PageTexts) -> str:
    pieces = "".join(
        f"<mark>{escape(piece.text)}</mark>" if piece.marked else escape(piece.text)
        for piece in excerpt(text, citation.spans)
    )
    value = place_value(citation.speech_id, citation.spans, citation.number)
    return (
        f'<article class="as-source"><button type="button" class="as-cite" value="{value}">{citation.number}</button>'
        f'<div class="as-place">{_path_html(citation.heading_path)}'
        f'<p class="as-excerpt">{pieces}</p><p class="as-foot">{escape(locator_text(citation.locator, reader))} '
        f'<button type="button" class="as-open" value="{value}">{escape(reader.open_place)}</button></p>'
        "</div></article>"
    )


def _path_html(path: Sequence[str]) -> str:
    if not path:
        return ""
    return f'<p class="as-path">{" <span>›</span> ".join(escape(heading) for heading in path)}</p>'


def locator_text(locator: Locator, texts: PageTexts) -> str:
    """A locator for a person: "第 12–13 行"."""
    place = str(locator.first) if locator.first == locator.last else f"{locator.first}–{locator.last}"
    words = {"page": texts.page, "paragraph": texts.paragraph, "line": texts.line}
    return words[locator.unit].format(place=place)


def excerpt(
    text: str, spans: Sequence[Span], *, margin: int = EXCERPT_MARGIN, bridge: int = EXCERPT_BRIDGE
) -> list[Piece]:
    """The spans of a text with what surrounds them in their paragraph; the marked pieces, joined, are the slices.

    Args:
        text: the canonical text.
        spans: what is quoted, in the order of the text.
        margin: how many characters to show before the first and after the last span, at most.
        bridge: how long a gap between two spans may be to be shown; a longer one becomes "……".
    """
    if not spans:
        return []
    before = _context_before(text, spans[0].start, margin)
    pieces = [Piece(before, False)]
    for number, span in enumerate(spans):
        if number:
            pieces.append(Piece(_gap(text[spans[number - 1].end : span.start], bridge), False))
        pieces.append(Piece(text[span.start : span.end], True))
    pieces.append(Piece(_context_after(text, spans[-1].end, margin), False))
    return [piece for piece in pieces if piece.text]


def _gap(text: str, bridge: int) -> str:
    if not text.strip():
        return ""
    return _unwrapped(text) if len(text) <= bridge else " …… "


def _context_before(text: str, end: int, margin: int) -> str:
    """What stands before a quotation in its paragraph; where that is too long, whole sentences of it."""
    start = max(0, end - margin)
    window = text[start:end]
    for match in reversed(list(_BREAK.finditer(window))):
        if _ends_sentence(text[: start + match.start()]):
            return _unwrapped(window[match.end() :])
    if not start:
        return _unwrapped(window.lstrip())
    first_end = next((at for at, mark in enumerate(window) if mark in _FULL_STOPS), len(window))
    whole = window[first_end + 1 :].lstrip("”’」』）)")
    return "…" + _unwrapped(whole if len(whole) > margin // 3 else window.lstrip())


def _context_after(text: str, start: int, margin: int) -> str:
    """What stands after a quotation in its paragraph; where that is too long, whole sentences of it."""
    end = min(len(text), start + margin)
    window = text[start:end]
    for match in _BREAK.finditer(window):
        if _ends_sentence(text[: start + match.start()]):
            return _unwrapped(window[: match.start()])
    if end == len(text):
        return _unwrapped(window.rstrip())
    whole = window[: max(window.rfind(mark) for mark in _FULL_STOPS) + 1]
    return _unwrapped(whole if len(whole) > margin // 3 else window.rstrip()) + "…"


def _ends_sentence(text: str) -> bool:
    ahead = text.rstrip()
    return not ahead or ahead[-1] in _SENTENCE_END


def _unwrapped(text: str) -> str:
    """Text without the line breaks of its page: only what surrounds a quotation is shown so."""
    return _BREAK.sub("", text)
