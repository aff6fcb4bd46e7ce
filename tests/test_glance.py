"""How speeches are counted, and where a term is used: exact, whatever it is written in."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import made

from askspeech import SpeechIndex
from askspeech.datatypes import Drop, Fact, Filters, Passage, Span, Speech, slices
from askspeech.errors import QuestionError
from askspeech.glance import (
    FACTS,
    MAX_TERM_CHARACTERS,
    SpeechUses,
    Tally,
    TermUses,
    speech_tallies,
    speech_uses,
    term_pattern,
    used_passages,
)


def speech(identity: str, *, characters: int = 1000, **facts: str | tuple[str, ...]) -> Speech:
    told = [(name, value) for name, some in facts.items() for value in ([some] if isinstance(some, str) else some)]
    known = tuple(Fact(name, value, "derived") for name, value in told)
    return Speech(identity, "source-1", "a.txt", identity, Span(0, characters), facts=known, characters=characters)


def found(term: str, text: str) -> list[str]:
    return [match.group() for match in term_pattern(term).finditer(text)]


# How many there are


def test_speeches_are_counted_by_each_of_their_values() -> None:
    speeches = [
        speech("a", year="2023", level="县", place=("柳溪县", "青禾县")),
        speech("b", year="2021", level="省", characters=500),
        speech("c", year="2023", level="县"),
        speech("d"),
    ]
    assert speech_tallies(speeches, "year") == (
        Tally("2021", 1, 500), Tally("2023", 2, 2000), Tally(None, 1, 1000),
    )  # fmt: skip
    assert [one.value for one in speech_tallies(speeches, "level")] == ["省", "县", None], "from the highest down"
    assert [(one.value, one.speeches) for one in speech_tallies(speeches, "place")] == [
        ("柳溪县", 1), ("青禾县", 1), (None, 3),
    ]  # fmt: skip
    assert speech_tallies(speeches, "kind") == (Tally(None, 4, 3500),)
    assert speech_tallies([], "year") == ()
    with pytest.raises(ValueError, match="office"):
        speech_tallies(speeches, "office")


def test_uses_are_counted_by_value_and_per_10000_characters() -> None:
    a, b, c = speech("a", year="2023"), speech("b", year="2021", characters=500), speech("c", year="2023")
    place = (Span(0, 2),)
    uses = TermUses("词", (SpeechUses(a, (place, place, place)), SpeechUses(b, (place,))), (a, b, c))
    assert uses.count == 4
    by_year = uses.tallies("year")
    assert by_year == (Tally("2021", 1, 500, 1, 1), Tally("2023", 2, 2000, 1, 3))
    assert [one.per_10000 for one in by_year] == [20.0, 15.0]
    assert [one.per_10000 for one in uses.speeches] == [30.0, 20.0]
    assert Tally("2020", 0, 0).per_10000 == 0
    assert sum(one.speeches for one in uses.tallies("kind")) == 3


# What a term is


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("营商环境", "优化营商环境，营商环境就是生产力", ["营商环境", "营商环境"]),
        ("营商环境", "優化營商環境", ["營商環境"]),
        ("營商環境", "优化营商环境", ["营商环境"]),
        ("营商环境", "优 化 营 商 环 境", ["营 商 环 境"]),
        ("营商 环境", "营商环境", ["营商环境"]),
        ("营商环境", "营商\n环境", []),
        ("AI", "ＡＩ与ai，said AID 和AI2", ["ＡＩ", "ai"]),
        ("12345", "拨打１２３４５热线，不是123456", ["１２３４５"]),
        ("one stop", "One   Stop service", ["One   Stop"]),
        ("“放管服”改革", '「放管服」改革和"放管服"改革', ["「放管服」改革", '"放管服"改革']),
        ("问题", "冋题不是问题", ["冋题", "问题"]),
        ("a.b", "a.b axb", ["a.b"]),
        ("[x]", "[x] x", ["[x]"]),
        ("发展", "发展发展发", ["发展", "发展"]),
    ],
)
def test_a_term_is_found_however_it_is_written(term: str, text: str, expected: list[str]) -> None:
    assert found(term, text) == expected


@pytest.mark.parametrize("term", ["", "  ", "。，！", "\n", "字" * (MAX_TERM_CHARACTERS + 1)])
def test_what_is_no_term_is_refused(term: str) -> None:
    with pytest.raises(QuestionError):
        term_pattern(term)


@given(st.text(min_size=1, max_size=20), st.text(alphabet="营商环境優Ａ1 \n。", max_size=10))
def test_any_text_is_a_term_that_finds_itself_or_is_refused(term: str, around: str) -> None:
    try:
        pattern = term_pattern(term)
    except QuestionError:
        return
    one_line = " ".join(term.split())
    if unicodedata.normalize("NFKC", one_line).lower() == one_line:  # what is written otherwise may become longer
        assert pattern.search(f"{around} {one_line} {around}")


# Where it is used


@given(st.lists(st.sampled_from(["营商环境", "营商", "环境", "\n", "，发展"]), max_size=12), st.data())
def test_uses_are_exact_slices_of_the_reading_text(parts: list[str], data: st.DataObject) -> None:
    """With line breaks dropped wherever they are, and one speech of two."""
    text = "".join(parts)
    breaks = [at for at, character in enumerate(text) if character == "\n" and data.draw(st.booleans())]
    drops = [Drop(Span(at, at + 1), "line break") for at in breaks]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    one = Speech("a", "source-1", "a.txt", "a", Span(start, end), characters=end - start)
    uses = speech_uses(term_pattern("营商环境"), one, made.source(text), drops)
    kept = "".join(text[at] for at in range(start, end) if at not in breaks)
    assert uses.count == kept.count("营商环境")
    for place in uses.places:
        assert slices(text, place) == "营商环境"
        assert all(start <= first < last <= end for first, last in place)
    assert list(uses.places) == sorted(uses.places)


def passage(identity: str, text: str, *spans: Span, kind: str = "text") -> Passage:
    words = slices(text, spans)
    return Passage(identity, "source-1", "a", None, "a.txt", kind, words, spans)  # type: ignore[arg-type]


def test_uses_are_given_to_the_text_passage_that_holds_them() -> None:
    text = "发展大会\n一是发展。二是发展经济，推动发展。结束"
    one = passage("one", text, Span(5, 10))
    two = passage("two", text, Span(10, 23))
    outline = passage("outline", text, Span(5, 10), Span(10, 16), kind="outline")
    whole = Speech("a", "source-1", "a.txt", "a", Span(0, len(text)), characters=len(text))
    places = speech_uses(term_pattern("发展"), whole, made.source(text), ()).places
    used = used_passages(places, [outline, one, two])
    assert [(one.passage.id if one.passage else None, len(one.places)) for one in used] == [
        (None, 1), ("one", 1), ("two", 2),
    ]  # fmt: skip
    assert [slices(text, one.spans) for one in used] == ["发展", "发展", "发展发展"]
    assert [one.passage for one in used_passages(places, [outline])][1] is outline


# In an index


def test_an_index_says_where_a_term_is_used(index: SpeechIndex, corpus_texts: dict[str, str]) -> None:
    uses = index.uses("企业")
    assert uses.count == sum(text.count("企业") for text in corpus_texts.values())
    assert [one.count for one in uses.speeches] == sorted((one.count for one in uses.speeches), reverse=True)
    assert len(uses.searched) == len(index.speeches())
    for one in uses.speeches:
        text = index.source(one.speech.source_id).text
        assert all(slices(text, place) == "企业" for place in one.places)
        used = used_passages(one.places, index.passages(one.speech.id))
        assert sum(len(part.places) for part in used) == one.count
        assert all(part.passage.text.count("企业") >= len(part.places) for part in used if part.passage)
    for name in FACTS:
        assert sum(tally.uses for tally in uses.tallies(name)) >= uses.count
    assert index.uses("企業").count == uses.count
    assert index.uses("火星").speeches == ()
    with pytest.raises(QuestionError):
        index.uses("？")


def test_filters_narrow_what_is_searched(index: SpeechIndex) -> None:
    title = index.speeches()[0].title
    uses = index.uses("企业", Filters(speech=(title,)))
    assert {one.title for one in uses.searched} == {title}
    assert {one.speech.title for one in uses.speeches} <= {title}
    assert index.uses("企业", Filters(year=("1900",))).searched == ()


def test_no_use_is_lost_over_all_samples(samples_index: SpeechIndex) -> None:
    """The uses are those of the speeches' reading text, whatever the passages are."""
    for term in ("营商环境", "的", "服务"):
        uses = samples_index.uses(term)
        counted = 0
        for one in samples_index.speeches():
            whole = samples_index.whole_speech(one.id)
            dropped = {at for drop in whole.drops for at in range(*drop.span)}
            kept = "".join(whole.source.text[at] for at in range(*one.span) if at not in dropped)
            counted += kept.count(term)
        assert uses.count >= counted > 0
