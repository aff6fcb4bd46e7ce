"""HTML of questions and sources, and what all HTML is built with; answers are in `answer_rendering`.

Everything that comes from a corpus, a file's name, a question or a model goes through `escape`. The results are put
into Gradio components that treat them as Markdown and then sanitize them, so they are one line each, and their text
holds no character that means something to HTML or Markdown.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from askspeech.bilingual import said_in
from askspeech.datatypes import Citation, Language, Locator, Span
from askspeech.markers import marker_at
from askspeech.texts import CHINESE, PageTexts

EXCERPT_MARGIN = 90
EXCERPT_BRIDGE = 60
HEADING_SHOWN = 32
QUESTION_SHOWN = 2000
_UPLOADED = "uploads/"

_SENTENCE_END = "。！？；：…!?;:”’」』）)》"
_FULL_STOPS = "。！？；!?;"
LONGEST_MARKER = 20
_LOOKED_AT = 4
"""How many times the margin is looked at around a quotation: some of that may be none of the speaker's words."""
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


@dataclass(frozen=True, slots=True)
class Judging:
    """The answer that citations are of, counted from 0, and what is thought of them by their numbers."""

    turn: int
    verdicts: Mapping[int, str] = field(default_factory=dict)


def escape(text: str) -> str:
    """Text as HTML and Markdown that show exactly this text: all ASCII punctuation as character references."""
    return text.replace("\r\n", "\n").translate(_REFERENCES)


def shown_file(file: str) -> str:
    """A cited path as a reader is shown it: a file that was added through the page by its own name alone."""
    return file.removeprefix(_UPLOADED)


def language_of(texts: PageTexts) -> Language:
    """The language of the words."""
    return "zh" if texts is CHINESE else "en"


def said(message: str, texts: PageTexts) -> str:
    """A message in the language of a page's words, where it is said in both."""
    return said_in(message, language_of(texts))


def question_html(question: str) -> str:
    """A question as its asker wrote it."""
    shown = question if len(question) <= QUESTION_SHOWN else question[:QUESTION_SHOWN] + "…"
    return f'<div class="as-question">{escape(shown)}</div>'


def folded_html(count: int) -> str:
    """How many exchanges stand before the first question that is shown: for the page's script and style, never seen."""
    return f'<div class="as-folded">{count}</div>'


def unkept_html(reason: str, reader: PageTexts) -> str:
    """A sentence below an answer that could not be kept."""
    if not reason:
        return ""
    return f'<p class="as-unkept">{escape(reader.not_kept.format(reason=reason))}</p>'


def comment_html(comment: str, reader: PageTexts) -> str:
    """What the reader wrote of an answer, below it."""
    if not comment:
        return ""
    return f'<p class="as-comment">{escape(reader.comment_given.format(reason=comment))}</p>'


def problem_html(message: str) -> str:
    """A sentence that says why there is no answer."""
    return f'<div class="as-answer as-problem"><p>{escape(message)}</p></div>'


def welcome_html(heading: str, message: str, *, command: str = "", below: str = "") -> str:
    """What stands in an empty conversation; `below` is HTML."""
    shown = f"<pre><code>{escape(command)}</code></pre>" if command else ""
    return f'<div class="as-welcome"><h2>{escape(heading)}</h2><p>{escape(message)}</p>{shown}{below}</div>'


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
    shown = [(name, shown_file(value) if name == "file" else value) for name, value in filtered_by]
    chips = " ".join(
        f'<span class="as-filter"><span>{escape(names[name])}</span> {escape(value)}</span>' for name, value in shown
    )
    return f'<p class="as-filtered">{escape(reader.filtered)} {chips}</p>'


def place_value(speech_id: str, spans: Sequence[Span], number: int | None = None) -> str:
    """A place in a speech as an attribute's value: escaped JSON that the page's script reads."""
    place = {"speech": speech_id, "number": number, "spans": [[start, end] for start, end in spans]}
    return escape(json.dumps(place, ensure_ascii=False, separators=(",", ":")))


def sources_html(
    citations: Sequence[Citation],
    source_text: Callable[[str], str],
    reader: PageTexts,
    *,
    gone: Collection[int] = (),
    judging: Judging | None = None,
    below: Callable[[Citation], str] | None = None,
    unsaid: Callable[[Citation], Sequence[Span]] = lambda _: (),
) -> str:
    """The places that an answer cites, grouped by speech, with the quoted words marked in their paragraph.

    Args:
        citations: in the order of their numbers.
        source_text: the canonical text of a source, by its id; not asked for the places that are gone.
        reader: the words of the page.
        gone: the numbers of those whose places the index no longer has: the quoted words alone are shown.
        judging: the answer that they are of and what is thought of them, where a reader can say.
        below: HTML that stands below a citation.
        unsaid: what around a citation is none of the speaker's words, as in `excerpt`.
    """
    groups: dict[str, list[str]] = {}
    firsts: dict[str, Citation] = {}
    for citation in citations:
        text = None if citation.number in gone else source_text(citation.source_id)
        quoted = (
            [Piece(citation.quote, True)] if text is None else excerpt(text, citation.spans, unsaid=unsaid(citation))
        )
        item = _citation_html(citation, quoted, reader, judging, below(citation) if below else "", gone=text is None)
        groups.setdefault(citation.speech_id, []).append(item)
        firsts.setdefault(citation.speech_id, citation)
    speeches = "".join(_speech_html(firsts[speech], items) for speech, items in groups.items())
    return f'<div class="as-sources">{speeches}</div>'


def note_html(message: str, kind: str = "empty") -> str:
    """A quiet sentence in place of sources."""
    return f'<div class="as-sources as-{kind}"><p class="as-note">{escape(message)}</p></div>'


def _speech_html(first: Citation, items: Sequence[str]) -> str:
    return (
        f'<section class="as-speech"><h3>{escape(first.speech_title)}</h3>'
        f'<p class="as-file">{escape(shown_file(first.file))}</p>{"".join(items)}</section>'
    )


def _citation_html(
    citation: Citation, quoted: Sequence[Piece], reader: PageTexts, judging: Judging | None, below: str, *, gone: bool
) -> str:
    """One place with what is quoted of it; of one that is gone it says so."""
    place = ""
    if gone:
        opening = f'<span class="as-gone">{escape(reader.place_gone)}</span>'
    else:
        value = place_value(citation.speech_id, citation.spans, citation.number)
        place = f' value="{value}"'
        opening = f'<button type="button" class="as-open"{place}>{escape(reader.open_place)}</button>'
    pieces = "".join(f"<mark>{escape(one.text)}</mark>" if one.marked else escape(one.text) for one in quoted)
    return (
        f'<article class="as-source"><button type="button" class="as-cite"{place}>{citation.number}</button>'
        f'<div class="as-place">{path_html(citation.heading_path)}'
        f'<p class="as-excerpt">{pieces}</p><p class="as-foot">{escape(locator_text(citation.locator, reader))} '
        f"{opening}{_judging_html(citation.number, judging, reader)}</p>{below}</div></article>"
    )


def _judging_html(number: int, judging: Judging | None, reader: PageTexts) -> str:
    """Two buttons by which a reader says whether a citation is right; pressing the chosen one takes that back."""
    if judging is None:
        return ""
    shown = ""
    for verdict, words in (("right", reader.cited_right), ("wrong", reader.cited_wrong)):
        chosen = judging.verdicts.get(number) == verdict
        said = json.dumps({"turn": judging.turn, "citation": number, "verdict": "" if chosen else verdict})
        title = f"{reader.cited_place.format(number=number)}: {words}"
        kind = "as-judge as-chosen" if chosen else "as-judge"
        shown += (
            f'<button type="button" class="{kind}" title="{escape(title)}" value="{escape(said)}">'
            f"{escape(words)}</button>"
        )
    return f' <span class="as-judging">{shown}</span>'


def path_html(path: Sequence[str]) -> str:
    """The headings above a passage, from the outermost, the long ones shortened; nothing where there are none."""
    if not path:
        return ""
    shown = " <span>›</span> ".join(escape(_shortened(heading)) for heading in path)
    return f'<p class="as-path">{shown}</p>'


def _shortened(heading: str) -> str:
    return heading if len(heading) <= HEADING_SHOWN else heading[:HEADING_SHOWN].rstrip() + "…"


def locator_text(locator: Locator, texts: PageTexts) -> str:
    """A locator for a person: "第 12–13 行"."""
    place = str(locator.first) if locator.first == locator.last else f"{locator.first}–{locator.last}"
    words = {"page": texts.page, "paragraph": texts.paragraph, "line": texts.line}
    return words[locator.unit].format(place=place)


def excerpt(
    text: str,
    spans: Sequence[Span],
    *,
    margin: int = EXCERPT_MARGIN,
    bridge: int = EXCERPT_BRIDGE,
    unsaid: Sequence[Span] = (),
) -> list[Piece]:
    """The spans of a text with what surrounds them in their paragraph; the marked pieces, joined, are the slices.

    Args:
        text: the canonical text.
        spans: what is quoted, in the order of the text.
        margin: how many characters to show before the first and after the last span, at most.
        bridge: how long a gap between two spans may be to be shown; a longer one becomes "……".
        unsaid: what in the text is none of the speaker's words; around the quotation it is left out.
    """
    if not spans:
        return []
    start, end = spans[0].start, spans[-1].end
    ahead = _without(text, Span(max(0, start - _LOOKED_AT * margin), start), unsaid)
    behind = _without(text, Span(end, min(len(text), end + _LOOKED_AT * margin)), unsaid)
    first, last = text[start : start + LONGEST_MARKER], text[max(start, end - 1) : end]
    pieces = [Piece(_context_before(ahead + first, len(ahead), margin), False)]
    for number, span in enumerate(spans):
        if number:
            gap = _without(text, Span(spans[number - 1].end, span.start), unsaid)
            pieces.append(Piece(_gap(gap, bridge), False))
        pieces.append(Piece(text[span.start : span.end], True))
    pieces.append(Piece(_context_after(last + behind, len(last), margin), False))
    return [piece for piece in pieces if piece.text]


def _without(text: str, within: Span, unsaid: Sequence[Span]) -> str:
    """A stretch of a text without the characters of those spans."""
    kept, at = "", within.start
    for start, end in sorted(unsaid):
        if end > at and start < within.end:
            kept += text[at : max(at, start)]
            at = min(end, within.end)
    return kept + text[at : within.end]


def _gap(text: str, bridge: int) -> str:
    if not text.strip():
        return ""
    return _unwrapped(text) if len(text) <= bridge else " …… "


def _context_before(text: str, end: int, margin: int) -> str:
    """What stands before a quotation in its paragraph; where that is too long, whole sentences of it."""
    start = max(0, end - margin)
    window = text[start:end]
    for match in reversed(list(_BREAK.finditer(window))):
        if _parts_paragraphs(text, start + match.start(), start + match.end()):
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
        if _parts_paragraphs(text, start + match.start(), start + match.end()):
            return _unwrapped(window[: match.start()])
    if end == len(text):
        return _unwrapped(window.rstrip())
    whole = window[: max(window.rfind(mark) for mark in _FULL_STOPS) + 1]
    return _unwrapped(whole if len(whole) > margin // 3 else window.rstrip()) + "…"


def _parts_paragraphs(text: str, start: int, end: int) -> bool:
    """Whether a line break there ends a paragraph: after a sentence, or before a number of the outline.

    Before one, a line without a full stop is a heading, or a running head that is not the speaker's.
    """
    ahead = text[:start].rstrip()
    return not ahead or ahead[-1] in _SENTENCE_END or marker_at(text[end : end + LONGEST_MARKER]) is not None


def _unwrapped(text: str) -> str:
    """Text without the line breaks of its page: only what surrounds a quotation is shown so."""
    return _BREAK.sub("", text)
