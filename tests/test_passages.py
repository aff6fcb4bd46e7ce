"""Cutting a speech's outline into passages."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_texts

from askspeech.datatypes import Span
from askspeech.outline import outline
from askspeech.passages import PassageDraft, cut_passages

SENTENCE = "青禾县的每一个窗口都要把企业的事一件一件办好办到底。"


def paragraphs(text: str) -> list[Span]:
    found, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            found.append(Span(start, start + len(line)))
        start += len(line) + 1
    return found


def drafts(text: str, shortest: int = 150, longest: int = 350) -> list[PassageDraft]:
    return cut_passages(text, outline(text, paragraphs(text)), shortest, longest)


def texts(text: str, kind: str = "text") -> list[str]:
    return ["".join(text[a:b] for a, b in draft.ranges) for draft in drafts(text) if draft.kind == kind]


def headings(text: str, draft: PassageDraft) -> list[str]:
    return [text[node.start : node.heading_end] for node in draft.path]


def test_a_short_section_is_one_passage_with_its_heading_path() -> None:
    one, other = "一、清理欠款\n" + SENTENCE * 4, "二、优化服务\n" + SENTENCE * 4
    text = f"{one}\n{other}"
    found = [draft for draft in drafts(text) if draft.kind == "text"]
    assert texts(text) == [one, other]
    assert [headings(text, draft) for draft in found] == [["一、清理欠款"], ["二、优化服务"]]


def test_a_long_section_is_cut_at_its_items() -> None:
    items = [f"（{number}）抓好第{number}件事。{SENTENCE * 4}" for number in "一二三四"]
    text = "一、办好四件实事\n" + "\n".join(items) + "\n二、结尾\n" + SENTENCE
    cut = [draft for draft in drafts(text) if draft.kind == "text" and len(draft.path) == 2]
    assert ["".join(text[a:b] for a, b in draft.ranges) for draft in cut] == items
    assert headings(text, cut[1]) == ["一、办好四件实事", "（二）抓好第二件事。"]


def test_the_outline_passage_holds_the_leading_sentence_of_every_item() -> None:
    items = [f"（{number}）要在全县各个窗口抓好第{number}件实事。{SENTENCE * 4}" for number in "一二三"]
    text = "一、办好三件实事\n下面这三件事要抓紧。\n" + "\n".join(items)
    found = ["".join(line.split()) for line in texts(text, "outline")]
    leading = "".join(f"（{number}）要在全县各个窗口抓好第{number}件实事。" for number in "一二三")
    assert f"一、办好三件实事下面这三件事要抓紧。{leading}" in found
    assert [draft.items for draft in drafts(text) if draft.kind == "outline"] == [3]


def test_a_catchword_keeps_the_sentence_behind_it_in_the_outline() -> None:
    text = f"一、抓好两件事\n（一）减材料。{SENTENCE * 4}\n（二）减时限。{SENTENCE * 4}"
    found = ["".join(line.split()) for line in texts(text, "outline")]
    assert f"一、抓好两件事（一）减材料。{SENTENCE}（二）减时限。{SENTENCE}" in found


def test_a_heading_on_a_line_of_its_own_stands_alone_in_the_outline() -> None:
    text = f"一、减材料\n{SENTENCE * 9}\n二、减时限\n{SENTENCE * 9}"
    assert ["".join(line.split()) for line in texts(text, "outline")] == ["一、减材料二、减时限"]


def test_the_sentence_that_introduces_an_unnumbered_list_stands_in_its_outline() -> None:
    text = SENTENCE * 3 + "重点有两条：一是摸清底数。先查台账。二是限时清偿。再付利息。" + SENTENCE * 12
    assert texts(text, "outline")[0].startswith("重点有两条：")
    assert texts(text, "outline")[0].endswith("一是摸清底数。先查台账。二是限时清偿。再付利息。")


@pytest.mark.parametrize("sentences", [1, 13, 14, 20, 27, 40, 41, 99])
def test_sentences_are_packed_into_passages_of_the_right_size(sentences: int) -> None:
    lengths = [len(passage) for passage in texts(SENTENCE * sentences)]
    assert sum(lengths) == len(SENTENCE * sentences)
    assert all(min(150, sum(lengths)) <= length <= 350 for length in lengths)


def test_a_sentence_without_end_is_cut_at_commas_and_else_anywhere() -> None:
    assert all(passage.endswith("，") for passage in texts(("青禾县办事快" * 10 + "，") * 20))
    assert [len(passage) for passage in texts("青" * 1000)] == [350, 350, 300]


def test_white_space_alone_is_no_passage() -> None:
    assert all(passage.strip() for passage in texts("a" + " " * 1500 + "b。"))


def test_a_long_enumeration_gives_several_outlines_with_the_same_heading() -> None:
    text = "一、清单\n" + "\n".join(f"{number}. {'办好这件事' * 15}。{SENTENCE * 9}" for number in range(1, 31))
    found = texts(text, "outline")
    assert len(found) > 1
    assert all(outline_text.startswith("一、清单\n") and len(outline_text) <= 1500 for outline_text in found)


@given(any_texts(), st.sampled_from(((150, 350), (10, 40), (1, 1), (500, 2000))))
def test_ranges_are_ascending_and_texts_fit(text: str, limits: tuple[int, int]) -> None:
    shortest, longest = limits
    for draft in drafts(text, shortest, longest):
        assert all(0 <= start < end <= len(text) for start, end in draft.ranges)
        assert all(first.end < second.start for first, second in pairwise(draft.ranges))
        if draft.kind == "text":
            (span,) = draft.ranges
            assert span.end - span.start <= longest
            assert text[span.start : span.end].strip()


@pytest.mark.parametrize("text", ["", "\n"])
def test_no_text_no_passage(text: str) -> None:
    assert drafts(text) == []
