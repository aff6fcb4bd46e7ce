"""What stands around a passage and belongs to it."""

from dataclasses import replace

import pytest

from askspeech.datatypes import Passage, PassageKind, Span
from askspeech.surroundings import leans, neighbours, siblings

TEXT = (
    "今年要办好两件事。\n一是减材料。能共享的不再要。\n二是减时限。当天能办的当天办。\n"
    "因此要先摸清底数。有三个问题：\n窗口太少。"
)


def passage(start: int, end: int, section: str | None = "a", kind: PassageKind = "text") -> Passage:
    return Passage(f"{kind} {start}", "source", "speech", section, "a.txt", kind, TEXT[start:end], (Span(start, end),))


def at(words: str) -> int:
    return TEXT.index(words)


HEAD = passage(0, at("一是"))
FIRST = passage(at("一是"), at("二是"), "a1")
SECOND = passage(at("二是"), at("因此"), "a2")
LEANING = passage(at("因此"), at("窗口"), "b")
LAST = passage(at("窗口"), len(TEXT), "b")
OUTLINE = replace(
    passage(0, at("一是"), "a", "outline"),
    text="今年要办好两件事。\n一是减材料。二是减时限。",
    spans=(Span(0, at("一是")), Span(at("一是"), at("能共享")), Span(at("二是"), at("当天能"))),
    items=2,
)


def words(spans: tuple[Span, ...]) -> list[str]:
    return [TEXT[start:end].strip() for start, end in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("因此要抓紧。", True),
        ("它是大事。", True),
        ("重点有三条：", True),
        ("为什么？”", True),
        ("要抓紧。", False),
        ("", False),
    ],
)
def test_a_passage_leans_on_its_neighbours(text: str, expected: bool) -> None:
    assert leans(text) is expected


def test_the_sentence_that_a_passage_goes_on_from_is_of_its_own_section() -> None:
    before = replace(SECOND, section_id="b")
    assert words(neighbours(LEANING, before, None)) == ["当天能办的当天办。"]
    assert words(neighbours(LEANING, SECOND, None)) == []
    assert words(neighbours(LEANING, None, None)) == []


def test_the_sentence_that_a_passage_leads_to_comes_along() -> None:
    assert words(neighbours(LEANING, SECOND, LAST)) == ["窗口太少。"]
    assert words(neighbours(LAST, LEANING, None)) == []


def test_an_outline_has_no_neighbours_and_no_siblings() -> None:
    assert neighbours(replace(OUTLINE, text="因此：", section_id="b"), LAST, LEANING) == ()
    assert siblings(OUTLINE, [OUTLINE], 2) == ()


def test_an_item_brings_the_heading_and_its_siblings() -> None:
    assert words(siblings(FIRST, [replace(OUTLINE, items=3), OUTLINE], 2)) == ["今年要办好两件事。", "二是减时限。"]


def test_what_is_shown_already_is_not_added() -> None:
    assert words(siblings(FIRST, [OUTLINE], 2, [HEAD])) == ["二是减时限。"]
    assert siblings(FIRST, [OUTLINE], 2, [HEAD, SECOND]) == ()
    half = Span(0, at("办好"))
    assert words(siblings(FIRST, [OUTLINE], 2, added=[half]))[0] == "办好两件事。"


def test_equal_positions_in_another_source_are_other_words() -> None:
    foreign = [replace(one, source_id="another") for one in (HEAD, SECOND)]
    assert siblings(FIRST, [OUTLINE], 2, foreign) == siblings(FIRST, [OUTLINE], 2) != ()


def test_enumerations_of_another_size_or_place_are_left_alone() -> None:
    assert siblings(FIRST, [OUTLINE], 3) == ()
    assert siblings(FIRST, [], 2) == ()
    assert siblings(LAST, [OUTLINE], 2) == ()
    assert siblings(HEAD, [OUTLINE], 2) == (), "the heading is no item"
    assert siblings(FIRST, [replace(OUTLINE, text=OUTLINE.text * 50)], 2) == ()
