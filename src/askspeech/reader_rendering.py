"""HTML of a whole speech as it is in its file, with everything that is known of its places marked.

As in `rendering`, everything goes through `escape`, and each result is one line. Without its markup, the text is the
text of the file: numbers, line numbers and notes are attributes that the style sheet shows.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from askspeech.citing import line_of, locate
from askspeech.datatypes import Blank, Citation, Drop, Fact, Gap, Locator, Section, Span, Speech
from askspeech.errors import QuestionError
from askspeech.lines import LINE_END
from askspeech.marked_text import Cited, Mark, line_target, marked_rows
from askspeech.rendering import escape, locator_text, shown_file
from askspeech.texts import PageTexts
from askspeech.whole_speech import WholeSpeech

__all__ = ["HERE", "Place", "parsed_places", "places_in", "reader_html", "speech_text_html"]

HERE = "as-here"
"""The id of the place to scroll to."""

HEADING_SHOWN = 60
OUTLINE_SHOWN = 44
MOST_MARKED = 2000

_WITHOUT_FORM = re.compile("[\f\v\x1c-\x1f]")
"""Breaks of pages and the like, which a page would show as signs of unreadable characters."""


class Place(NamedTuple):
    """A place to mark: the spans that are cited, with the citation's number where it has one."""

    spans: tuple[Span, ...]
    number: int | None = None
    chosen: bool = False

    @property
    def target(self) -> str:
        """The id of the place's first character."""
        return HERE if self.chosen else f"as-cited-{self.number}"


def places_in(speech_id: str, citations: Sequence[Citation], chosen: Place | None = None) -> list[Place]:
    """The places of a speech that an answer cites, and the chosen one, which need not be among them."""
    spans = chosen.spans if chosen else ()
    cited = [
        Place(one.spans, one.number, chosen is not None and (one.number, one.spans) == (chosen.number, spans))
        for one in citations
        if one.speech_id == speech_id
    ]
    among = chosen is None or any(place.chosen for place in cited)
    return cited if among else [*cited, Place(spans, chosen.number if chosen else None, chosen=True)]


def parsed_places(places: str) -> list[Place]:
    """The places that the page's script asks to have marked, as JSON: [{number, spans: [[start, end], …], chosen}, …].

    Raises QuestionError for anything else, and for more places or spans than an answer has.
    """
    try:
        parsed = [
            Place(tuple(Span(*map(_whole_number, span)) for span in one["spans"]), one["number"], one["chosen"] is True)
            for one in json.loads(places)
        ]
        numbers = [_whole_number(place.number) for place in parsed if place.number is not None]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _not_places(f"{type(error).__name__}: {error}") from error
    twice = len(set(numbers)) < len(numbers) or sum(place.chosen for place in parsed) > 1
    if twice or sum(1 + len(place.spans) for place in parsed) > MOST_MARKED:
        raise _not_places(f"{len(parsed)} places")
    return parsed


def _whole_number(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value


def _not_places(what: str) -> QuestionError:
    return QuestionError(
        f"The places to mark cannot be read ({what[:200]}); expected what the page's own script sends: places with "
        f"different numbers, one of them chosen, and at most {MOST_MARKED} spans. Reload the page.",
        "无法读取要标出的位置，请刷新页面。",
    )


def reader_html(whole: WholeSpeech, places: Sequence[Place], texts: PageTexts) -> str:
    """The reader: title, file and facts, the outline and the cited places to jump to, and the whole text.

    Args:
        whole: the speech with its text, outline and drops.
        places: what is cited of it; at most one of them is the chosen one.
        texts: the words of the page.
    """
    speech = whole.speech
    derived = f' title="{escape(texts.title_derived)}"' if speech.title_derived else ""
    return (
        f'<div class="as-whole"><div class="as-whole-head"><h2 class="as-whole-title"{derived}>{escape(speech.title)}'
        f'</h2><p class="as-file">{escape(_summary(speech))}</p>{_cited_html(places, texts)}'
        f'<div class="as-folds">{_outline_html(whole.sections, texts)}{_about_html(whole, texts)}</div></div>'
        f"{speech_text_html(whole, places, texts)}</div>"
    )


def speech_text_html(whole: WholeSpeech, places: Sequence[Place], texts: PageTexts) -> str:
    """The text of the speech in the lines of its file, each with its number; all places in it marked."""
    speech = whole.speech
    text = whole.source.text[slice(*speech.span)]
    marks, targets = list(_marks(whole, text, places, texts)), _targets(whole, text, places)
    first_line = line_of(whole.source.text, [Span(speech.span.start, speech.span.start)]).first
    rows = "".join(marked_rows(text, marks, targets, first_line, _labels(whole, texts)))
    return f'<div class="as-whole-text" tabindex="0" role="region" aria-label="{escape(texts.reader)}">{rows}</div>'


def _labels(whole: WholeSpeech, texts: PageTexts) -> Callable[[int, int], str]:
    """What stands beside a row: the number of its line or paragraph; of a page, at its first row."""
    layout, before = whole.source.layout, whole.speech.span.start
    shown: set[int] = set()

    def label(at: int, line: int) -> str:
        if not layout.starts:
            return str(line)
        number = max(bisect_right(layout.starts, before + at), 1)
        if number in shown:
            return ""
        shown.add(number)
        return locator_text(Locator("page", number, number), texts) if layout.unit == "page" else str(number)

    return label


# The head


def _summary(speech: Speech) -> str:
    """File, and what tells speeches apart at a glance."""
    values = (value for name in ("level", "place", "year", "kind") for value in speech.values(name))
    return " · ".join(dict.fromkeys((shown_file(speech.file), *values)))


def _cited_html(places: Sequence[Place], texts: PageTexts) -> str:
    """The numbers of what is cited, each jumping to its place; they have the look of the answer's own."""
    numbered = sorted((place.number, place) for place in places if place.number is not None)
    if not numbered:
        return ""
    buttons = " ".join(_number_html(place, texts) for _, place in numbered)
    return f'<p class="as-cited-here"><span>{escape(texts.reader_cited)}</span> {buttons}</p>'


def _number_html(place: Place, texts: PageTexts) -> str:
    current = ' as-current" aria-current="true"' if place.chosen else '"'
    title = escape(texts.cited_place.format(number=place.number))
    return (
        f'<button type="button" class="as-jump as-number{current} value="{place.target}" title="{title}">'
        f"{place.number}</button>"
    )


def _outline_html(sections: Sequence[Section], texts: PageTexts) -> str:
    if not sections:
        return ""
    children: dict[str | None, list[tuple[int, Section]]] = {}
    for number, section in enumerate(sections):
        children.setdefault(section.parent_id, []).append((number, section))
    return (
        f'<details class="as-outline"><summary>{escape(texts.reader_outline)} <span>{len(sections)}</span></summary>'
        f"{_outline_list(None, children)}</details>"
    )


def _outline_list(parent: str | None, children: dict[str | None, list[tuple[int, Section]]]) -> str:
    items = "".join(
        f'<li><button type="button" class="as-jump" value="{_section_target(number)}">'
        f"{escape(_shortened(section.heading))}</button>{_outline_list(section.id, children)}</li>"
        for number, section in children.get(parent, ())
    )
    return f"<ol>{items}</ol>" if items else ""


def _section_target(number: int) -> str:
    return f"as-section-{number + 1}"


def _shortened(heading: str) -> str:
    shown = " ".join(heading.split())
    return shown if len(shown) <= OUTLINE_SHOWN else shown[:OUTLINE_SHOWN].rstrip() + "…"


def _about_html(whole: WholeSpeech, texts: PageTexts) -> str:
    """The facts with where they are known from, and what the marks in the text mean."""
    facts = "".join(_fact_html(fact, whole, texts) for fact in whole.speech.facts)
    shown = f'<dl class="as-facts">{facts}</dl>' if facts else ""
    if whole.speech.title_derived:
        shown = f'<p class="as-quiet">{escape(texts.title_derived)}</p>{shown}'
    legend = _legend_html(whole, texts)
    if not shown and not legend:
        return ""
    return (
        f'<details class="as-about"><summary>{escape(texts.reader_facts)}</summary>'
        f'<div class="as-about-body">{shown}{legend}</div></details>'
    )


def _fact_html(fact: Fact, whole: WholeSpeech, texts: PageTexts) -> str:
    names = {
        "level": texts.filter_level,
        "place": texts.filter_place,
        "year": texts.filter_year,
        "kind": texts.filter_kind,
        "occasion": texts.fact_occasion,
        "date": texts.fact_date,
        "office": texts.fact_office,
        "addressed": texts.fact_addressed,
    }
    origins = {"text": texts.origin_text, "file_name": texts.origin_file_name, "derived": texts.origin_derived}
    note = f' title="{escape(fact.note)}"' if fact.note else ""
    return (
        f"<dt>{escape(names.get(fact.name, fact.name))}</dt><dd>{escape(fact.value)} "
        f'<span class="as-origin"{note}>{escape(origins[fact.origin])}{_said_at(fact, whole, texts)}</span></dd>'
    )


def _said_at(fact: Fact, whole: WholeSpeech, texts: PageTexts) -> str:
    """A button that jumps to the line that says so; nothing where that is none of the speech's."""
    if fact.span is None or not whole.speech.span.start <= fact.span.start < whole.speech.span.end:
        return ""
    line = line_of(whole.source.text, [fact.span]).first
    words = escape(locator_text(locate(whole.source.text, whole.source.layout, [fact.span]), texts))
    return f' <button type="button" class="as-jump" value="{line_target(line)}">{words}</button>'


def _legend_html(whole: WholeSpeech, texts: PageTexts) -> str:
    counts = (
        ("as-blank", texts.legend_blanks, len(whole.speech.blanks)),
        ("as-hidden", texts.legend_hidden, len(whole.speech.gaps)),
        ("as-left-out", texts.legend_left_out, len(whole.left_out)),
    )
    shown = " ".join(
        f'<span class="{kind}">{escape(words.format(number=count))}</span>' for kind, words, count in counts if count
    )
    return f'<p class="as-legend">{shown}</p>' if shown else ""


# The text: what is marked, as ranges of the speech's own text


def _marks(whole: WholeSpeech, text: str, places: Sequence[Place], texts: PageTexts) -> Iterator[Mark | Cited]:
    """All that is marked in the text, what is to stand outside first."""
    speech = whole.speech
    known = [
        *((span, "as-heading as-title", "") for span in speech.title_spans),
        *((span, kind, "") for section in whole.sections for span, kind in _heading_marks(section, whole)),
        *((drop.span, "as-left-out", _left_out_title(drop, texts)) for drop in whole.left_out),
        *((gap.span, "as-hidden", _hidden_title(gap, texts)) for gap in speech.gaps),
        *((blank.span, "as-blank", _blank_title(blank, texts)) for blank in speech.blanks),
    ]
    for span, kind, title in known:
        start, end = _within(span, speech, text)
        if start < end:
            yield Mark(start, end, kind, title)
    yield from (Mark(*found.span(), "as-void") for found in _WITHOUT_FORM.finditer(text))
    for place in places:
        yield from _cited(place, speech, text, texts)


def _cited(place: Place, speech: Speech, text: str, texts: PageTexts) -> Iterator[Cited]:
    title = "" if place.number is None else texts.cited_place.format(number=place.number)
    ranges = [_within(span, speech, text) for span in place.spans]
    ranges = [(start, end) for start, end in ranges if start < end]
    for number, (start, end) in enumerate(ranges, 1):
        yield Cited(start, end, place.number, place.chosen, number == len(ranges), title)


def _targets(whole: WholeSpeech, text: str, places: Sequence[Place]) -> dict[int, list[str]]:
    """The ids of the sections and of the cited places, by where in the text they begin."""
    speech = whole.speech
    found: dict[int, list[str]] = {}
    for number, section in enumerate(whole.sections):
        spans = section.heading_spans or (section.span,)
        found.setdefault(_within(spans[0], speech, text)[0], []).append(_section_target(number))
    for place in places:
        starts = [start for start, end in (_within(span, speech, text) for span in place.spans) if start < end]
        if starts and (place.chosen or place.number is not None):
            found.setdefault(starts[0], []).append(place.target)
    return found


def _within(span: Span, speech: Speech, text: str) -> tuple[int, int]:
    """A span as a range of the speech's text, cut where the speech ends; a CR LF stays with what covers its LF."""
    start, end = (_before_break(text, min(max(at - speech.span.start, 0), len(text))) for at in span)
    return start, end


def _before_break(text: str, at: int) -> int:
    return at - 1 if 0 < at < len(text) and text[at - 1 : at + 1] == "\r\n" else at


def _heading_marks(section: Section, whole: WholeSpeech) -> Iterator[tuple[Span, str]]:
    """A short heading with lines of its own; of an item within a paragraph the marker alone."""
    spans = section.heading_spans
    if not spans:
        return
    start, end = spans[0].start, spans[-1].end
    if len(section.heading) <= HEADING_SHOWN and _alone(whole.source.text, start, end):
        yield from ((span, "as-heading") for span in spans)
    elif section.marker and whole.source.text.startswith(section.marker, start):
        yield Span(start, start + len(section.marker)), "as-marker"


def _alone(text: str, start: int, end: int) -> bool:
    """Whether nothing but white space stands before and behind a range in its lines."""
    before = LINE_END.split(text[max(0, start - HEADING_SHOWN) : start])[-1]
    behind = LINE_END.split(text[end : end + HEADING_SHOWN])[0]
    return not before.strip() and not behind.strip()


def _left_out_title(drop: Drop, texts: PageTexts) -> str:
    known = {
        "page number": texts.reason_page_number,
        "site line": texts.reason_site_line,
        "caption": texts.reason_caption,
        "advertisement": texts.reason_advertisement,
        "disclaimer": texts.reason_disclaimer,
        "table of contents": texts.reason_contents,
        "editor's note": texts.reason_note,
        "repeated line": texts.reason_repeated,
        "stray Markdown": texts.reason_markdown,
        "watermark": texts.reason_watermark,
        "outside the speeches": texts.reason_outside,
        "running head": texts.reason_running_head,
        "page navigation": texts.reason_navigation,
        "page title": texts.reason_page_title,
    }
    return texts.left_out.format(reason=known.get(drop.reason, drop.reason))


def _hidden_title(gap: Gap, texts: PageTexts) -> str:
    return texts.hidden_part if gap.characters is None else texts.hidden_characters.format(number=gap.characters)


def _blank_title(blank: Blank, texts: PageTexts) -> str:
    titles = {
        "number": texts.blank_number,
        "place": texts.blank_place,
        "person": texts.blank_person,
        "date": texts.blank_date,
        "unknown": texts.blank_unknown,
    }
    return titles[blank.kind]
