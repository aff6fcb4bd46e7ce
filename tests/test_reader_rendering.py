"""The whole speech as HTML: its text is the file's, every mark is where it belongs, and nothing in it is markup."""

import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import fakes, made
from tests.html_reader import Reader, as_shown

from askspeech import SpeechIndex
from askspeech.cleaning import clean
from askspeech.datatypes import Blank, Drop, Fact, Gap, Section, Span, Speech, slices
from askspeech.errors import NotInIndexError, QuestionError
from askspeech.reader_rendering import HERE, Place, parsed_places, places_in, reader_html, speech_text_html
from askspeech.rendering import escape
from askspeech.texts import CHINESE, ENGLISH
from askspeech.whole_speech import WholeSpeech

TEXT = """扫码下载全文

在青禾县大会上的讲话

同志们：

一、清理拖欠账款

去年清偿XX亿元。一是建立台账。二是按期还款，到期不还的要约谈。

- 3 -

---此处隐藏4525字,下载后查看---

谢谢大家！
"""


class Marks(HTMLParser):
    """The text inside every kind of element of a reader, by class; and where its ids are in the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str]]] = []
        self.by_class: dict[str, str] = {}
        self.by_title: dict[str, str] = {}
        self.ids: dict[str, int] = {}
        self.numbers: list[tuple[str, int]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.open.append((tag, known))
        if "id" in known:
            assert known["id"] not in self.ids, "an id stands for one place"
            self.ids[known["id"]] = len(self.text)

    def handle_endtag(self, tag: str) -> None:
        opened, known = self.open.pop()
        assert opened == tag
        if "data-numbers" in known:
            self.numbers.append((known["data-numbers"], len(self.text)))

    def handle_data(self, data: str) -> None:
        self.text += data
        for kind in {kind for _, known in self.open for kind in known.get("class", "").split()}:
            self.by_class[kind] = self.by_class.get(kind, "") + data
        for title in {part for _, known in self.open for part in known.get("title", "").split(" · ")}:
            self.by_title[title] = self.by_title.get(title, "") + data


def span_of(words: str) -> Span:
    return fakes.span_of(words, TEXT)


def section(marker: str, heading: str, parent: Section | None = None) -> Section:
    span = span_of(heading)
    return Section(heading, "speech", parent.id if parent else None, marker, 1, heading, (span,), span)


ARREARS = section("一、", "一、清理拖欠账款")
SECTIONS = (ARREARS, section("一是", "一是建立台账。", ARREARS), section("二是", "二是按期还款，", ARREARS))
SPEECH = Speech(
    "speech",
    "source",
    "青禾.txt",
    "在青禾县大会上的讲话",
    Span(span_of("在青禾县").start, len(TEXT)),
    (span_of("在青禾县大会上的讲话"),),
    (
        Fact("place", "青禾县", "text", span_of("青禾县")),
        Fact("year", "2023", "file_name", None, "2023年"),
        Fact("level", "县", "derived", None, "青禾县 → 县"),
    ),
    blanks=(Blank(span_of("XX"), "number"),),
    gaps=(Gap(span_of("---此处隐藏4525字,下载后查看---"), 4525),),
)
DROPS = (
    Drop(span_of("扫码下载全文"), "advertisement"),
    Drop(span_of("\n\n"), "line break"),
    Drop(Span(span_of("同志们").start - 2, span_of("同志们").start), "line break"),
    Drop(span_of("- 3 -"), "page number"),
    Drop(span_of("---此处隐藏4525字,下载后查看---"), "hidden part"),
)
WHOLE = WholeSpeech(SPEECH, made.source(TEXT), SECTIONS, DROPS)
PAID = Place((span_of("去年清偿XX亿元。"),), 1)
LEDGER = Place((span_of("一是建立台账。"), span_of("到期不还的要约谈。")), 2, chosen=True)


def marked(*places: Place, whole: WholeSpeech = WHOLE) -> Marks:
    return Marks(speech_text_html(whole, places, CHINESE))


def test_the_text_is_that_of_the_speech_in_one_line_of_html() -> None:
    html = speech_text_html(WHOLE, [PAID, LEDGER], CHINESE)
    assert "\n" not in html
    assert Reader(html).text == TEXT[SPEECH.span.start :]


def test_what_is_cited_is_marked_and_what_was_clicked_differs() -> None:
    marks = marked(PAID, LEDGER)
    assert marks.by_class["as-cited"] == "去年清偿XX亿元。"
    assert marks.by_class["as-chosen"] == slices(TEXT, LEDGER.spans)
    assert marks.text[marks.ids[HERE] :].startswith("一是建立台账")
    assert marks.text[marks.ids["as-cited-1"] :].startswith("去年清偿")
    assert [(number, marks.text[:end][-4:]) for number, end in marks.numbers] == [("1", "X亿元。"), ("2", "要约谈。")]


def test_a_blank_within_a_citation_is_both() -> None:
    marks = marked(PAID)
    assert marks.by_class["as-blank"] == "XX"
    assert marks.by_title[CHINESE.blank_number] == "XX"
    assert marks.by_title[CHINESE.cited_place.format(number=1)] == "去年清偿XX亿元。"


def test_hidden_parts_and_what_was_left_out_say_what_they_are() -> None:
    marks = marked()
    assert marks.by_title[CHINESE.hidden_characters.format(number=4525)] == marks.by_class["as-hidden"]
    assert marks.by_class["as-left-out"] == "- 3 -"
    assert marks.by_title[CHINESE.left_out.format(reason="页码")] == "- 3 -"


def test_a_heading_on_its_own_line_is_one_and_of_an_item_the_marker_stands_out() -> None:
    marks = marked()
    assert marks.by_class["as-heading"] == "在青禾县大会上的讲话一、清理拖欠账款"
    assert marks.by_class["as-marker"] == "一是二是"


def test_the_outline_jumps_to_its_headings() -> None:
    html = reader_html(WHOLE, [LEDGER], CHINESE)
    marks = Marks(html)
    outline = html[html.index("<ol>") : html.index("</details>")]
    assert outline.count("<ol>") == 2, "the items are below their heading"
    jumps = dict(re.findall(r'value="(as-section-\d)">([^<]*)', outline))
    assert len(jumps) == 3
    for target, heading in jumps.items():
        assert marks.text[marks.ids[target] :].startswith(Reader(f"<p>{heading}</p>").text)


def test_every_line_that_holds_words_has_its_number_in_the_file() -> None:
    html = speech_text_html(WHOLE, [], CHINESE)
    lines = TEXT.split("\n")
    for number, row in re.findall(r'data-line="(\d+)">(.*?)</p>', html):
        assert Reader(f"<p>{row}</p>").text == lines[int(number) - 1] + "\n"
    assert html.count("data-line") == sum(bool(line.strip()) for line in lines[2:])


def test_facts_say_where_they_are_known_from() -> None:
    html = reader_html(WHOLE, [], ENGLISH)
    text = Reader(html).text
    assert "Place青禾县 from the text line 3" in text
    assert "Year2023 from the file’s name" in text
    assert f'title="{escape("青禾县 → 县")}">derived' in html
    assert 'value="as-line-3"' in html
    assert "as-line-3" in Marks(html).ids
    assert "青禾.txt · 县 · 青禾县 · 2023" in text
    assert ENGLISH.legend_blanks.format(number=1) in text


def test_the_numbers_of_the_answer_jump_to_their_places() -> None:
    html = reader_html(WHOLE, [LEDGER, PAID], CHINESE)
    ids = Marks(html).ids
    values = re.findall(r'class="as-jump as-number[^"]*"[^>]* value="([^"]*)"', html)
    assert values == ["as-cited-1", HERE]
    assert set(values) <= set(ids)


def test_a_derived_title_says_so() -> None:
    html = reader_html(replace(WHOLE, speech=replace(SPEECH, title_spans=())), [], CHINESE)
    assert f'title="{CHINESE.title_derived}"' in html
    assert f">{CHINESE.title_derived}<" in html, "where it can be read, not only under the pointer"
    assert CHINESE.title_derived not in reader_html(WHOLE, [], CHINESE)


def test_a_speech_without_outline_facts_or_citations_is_its_text_under_its_title() -> None:
    bare = WholeSpeech(replace(SPEECH, facts=(), blanks=(), gaps=()), made.source(TEXT))
    html = reader_html(bare, [], CHINESE)
    assert "<details" not in html
    assert "as-number" not in html
    assert Marks(html).by_class["as-whole-text"] == TEXT[SPEECH.span.start :]


def test_places_of_an_answer_in_a_speech() -> None:
    cited = fakes.DEBTS.citations
    known = places_in(fakes.FIRST_SPEECH.id, cited, Place(fakes.PAYING.spans, 2))
    assert [(place.number, place.chosen) for place in known] == [(1, False), (2, True), (3, False)]
    near = places_in(fakes.SECOND_SPEECH.id, cited, Place((Span(400, 410),)))
    assert near == [Place(fakes.HOTLINE.spans, 4), Place((Span(400, 410),), None, chosen=True)]
    assert all(not place.chosen for place in places_in(fakes.FIRST_SPEECH.id, cited))


def test_the_places_that_the_script_sends() -> None:
    sent = '[{"number":2,"spans":[[5,9],[11,12]],"chosen":true},{"speech":"s","number":null,"spans":[],"chosen":false}]'
    assert parsed_places(sent) == [Place((Span(5, 9), Span(11, 12)), 2, chosen=True), Place(())]
    assert parsed_places("[]") == []


@pytest.mark.parametrize(
    "sent",
    [
        *("", "1", "{}x", "null", "[1]", "[" * 100_000, '[{"spans":[[1,2]]}]'),
        '[{"number":"<b>","spans":[],"chosen":true}]',
        '[{"number":1,"spans":[[1]],"chosen":true}]',
        '[{"number":1,"spans":[[1,2,3]],"chosen":true}]',
        '[{"number":1,"spans":[[1,true]],"chosen":true}]',
        '[{"number":1,"spans":[[1,2.5]],"chosen":true}]',
        '[{"number":1,"spans":[],"chosen":true},{"number":1,"spans":[],"chosen":false}]',
        '[{"number":1,"spans":[],"chosen":true},{"number":2,"spans":[],"chosen":true}]',
        f'[{{"number":1,"spans":[{",".join(["[1,2]"] * 3000)}],"chosen":true}}]',
    ],
)
def test_anything_else_is_no_places(sent: str) -> None:
    with pytest.raises(QuestionError, match="Reload the page"):
        parsed_places(sent)


@pytest.mark.parametrize("payload", fakes.HOSTILE)
def test_hostile_text_is_only_text(payload: str) -> None:
    text = f"{payload}\n正文{payload}。"
    facts = (Fact("occasion", payload, "file_name", None, payload), Fact(payload, payload, "text", Span(0, 1)))
    span = Span(0, len(text))
    speech = Speech("s", "source", payload, payload, span, facts=facts, blanks=(Blank(span),))
    heading = Section("1", "s", None, payload, 1, payload, (Span(0, len(payload)),), span)
    whole = WholeSpeech(speech, made.source(text), (heading,), (Drop(Span(0, len(payload)), payload),))
    html = reader_html(whole, [Place((span,), 1, chosen=True)], CHINESE)
    assert "\n" not in html
    assert as_shown(text) in Reader(html).text


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted).map(lambda pair: Span(*pair)), max_size=5
)
TEXTS = st.text(alphabet="甲乙。一、\n\r\f \u2028𠮷x<&", max_size=60)


@given(TEXTS, SPANS, st.lists(SPANS, max_size=4), st.tuples(SPANS, SPANS, SPANS, SPANS))
def test_without_markup_the_text_is_the_speech_and_marks_are_their_slices(
    text: str, around: list[Span], cited: list[list[Span]], known: tuple[list[Span], ...]
) -> None:
    span = around[0] if around and around[0].end <= len(text) else Span(0, len(text))
    blanks, gaps, drops, headings = known
    speech = Speech("s", "source", "f", "t", span, blanks=tuple(map(Blank, blanks)), gaps=tuple(map(Gap, gaps)))
    sections = tuple(Section(str(at), "s", None, "甲", 1, "甲", (one,), one) for at, one in enumerate(headings))
    whole = WholeSpeech(speech, made.source(text), sections, tuple(Drop(one, "watermark") for one in sorted(drops)))
    places = [Place(tuple(spans), number, chosen=number == 1) for number, spans in enumerate(cited, 1)]
    html = speech_text_html(whole, places, CHINESE)
    assert "\n" not in html
    assert Reader(html).text == as_shown(text[slice(*span)])
    marks = Marks(html)
    for place in places:
        title = CHINESE.cited_place.format(number=place.number)
        assert marks.by_title.get(title, "") == _shown(text, span, place.spans)
    assert marks.by_title.get(CHINESE.blank_unknown, "") == _shown(text, span, blanks)


def _shown(text: str, within: Span, spans: list[Span] | tuple[Span, ...]) -> str:
    """What is marked for these spans: every character once; a CR LF with what covers its LF."""
    covered = sorted({at for span in spans for at in range(*span) if at in range(*within)})
    inside = text[slice(*within)]
    shown = []
    for at in covered:
        before_feed = inside[at - within.start : at - within.start + 2] == "\r\n"
        shown.append("" if before_feed else as_shown(text[at]))
    return "".join(shown)


def test_an_index_gives_all_that_is_shown_of_a_speech(index: SpeechIndex) -> None:
    for speech in index.speeches():
        whole = index.whole_speech(speech.id)
        assert whole.sections == index.sections(speech.id)
        place = Place(index.passages(speech.id)[0].spans, 1, chosen=True)
        marks = Marks(speech_text_html(whole, [place], CHINESE))
        assert marks.by_class["as-whole-text"] == as_shown(whole.source.text[slice(*speech.span)])
        assert marks.by_class["as-chosen"] == as_shown(slices(whole.source.text, place.spans))
        assert marks.by_class.get("as-blank", "") == slices(whole.source.text, [one.span for one in speech.blanks])
    with pytest.raises(NotInIndexError):
        index.whole_speech("gone")


def test_a_speech_of_100_000_characters_is_rendered_in_one_pass() -> None:
    line = "营商环境就是生产力，去年清偿XX亿元，同比增长x.x%，要抓紧落实。\n\n"
    text = line * (100_000 // len(line))
    blanks = tuple(Blank(Span(*found.span())) for found in re.finditer("XX|x.x", text))
    sections = tuple(
        Section(str(at), "s", None, "营", 1, "营商环境", (Span(at, at + 4),), Span(at, at + 40))
        for at in range(0, len(text), 10 * len(line))
    )
    speech = Speech("s", "source", "f", "t", Span(0, len(text)), blanks=blanks)
    whole = WholeSpeech(speech, made.source(text), sections, clean(text).drops)
    places = [Place((Span(at, at + 50),), at) for at in range(0, len(text) - 50, 5000)]
    best = min(_seconds(whole, places) for _ in range(3))
    assert best < 0.3


def _seconds(whole: WholeSpeech, places: list[Place]) -> float:
    start = time.thread_time()  # which leaves out what the processors did for others
    reader_html(whole, places, CHINESE)
    return time.thread_time() - start
