"""From chosen parts to an answer, or to the plain statement that there is none."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import made

from askspeech.asked import Asked, asked_for
from askspeech.borrowed import Shared
from askspeech.composing import Composed, compose, compose_refusal
from askspeech.datatypes import Gap, Hit, Span, slices
from askspeech.phrases import BLANKED_OUT, MISSING, NOT_FOUND, PART_HIDDEN
from askspeech.ranking import Candidate
from askspeech.selection import Extract, sentences_of
from askspeech.sufficiency import Verdict

TEXT = "各部门要建立台账。县财政局负责汇总。" + "。" * 82 + "利率不高于百分之四。"
COUNTY = made.hit(TEXT[:18], of=made.speech("在青禾县大会上的讲话"))
CITY = made.hit(TEXT[100:110], start=100, of=made.speech("在云陵市\n座谈会上的讲话"))
LATE, EARLY, OTHER = Extract(COUNTY, 9, 18), Extract(COUNTY, 0, 9), Extract(CITY, 0, 10)
ZH, EN = asked_for("台账由谁建？", "fact"), asked_for("Who keeps the ledger?", "fact")


def composed(parts: Sequence[Extract | Shared], text: str = TEXT, *, asked: Asked = ZH, **rest: object) -> Composed:
    """An answer of those parts."""
    shared = [part if isinstance(part, Shared) else Shared(part) for part in parts]
    verdict = Verdict(rest.pop("outcome", "answered"))  # type: ignore[arg-type]
    return compose(shared, asked, lambda _: made.source(text), verdict, **rest)  # type: ignore[arg-type]


def test_sentences_are_grouped_by_speech_in_the_order_of_the_speech() -> None:
    assert composed([LATE, OTHER, EARLY]).text == (
        "《在青禾县大会上的讲话》：\n各部门要建立台账。[1]\n县财政局负责汇总。[2]\n\n"
        "《在云陵市 座谈会上的讲话》：\n利率不高于百分之四。[3]"
    )


def test_every_sentence_has_its_citation_and_every_citation_slices_back() -> None:
    answer = composed([OTHER, LATE, EARLY], asked=EN)
    assert [citation.number for citation in answer.citations] == [1, 2, 3]
    assert [sentence.citations for sentence in answer.sentences] == [(1,), (2,), (3,)]
    for sentence, citation in zip(answer.sentences, answer.citations, strict=True):
        assert slices(TEXT, citation.spans) == citation.quote == sentence.text


def test_no_sentences_no_text() -> None:
    answer = composed([])
    assert (answer.text, answer.sentences, answer.citations) == ("", (), ())


def test_the_language_of_the_question_is_that_of_the_headings() -> None:
    assert composed([EARLY], asked=EN).text.startswith("“在青禾县大会上的讲话” (quoted in Chinese):\n")


def test_what_others_say_in_the_same_words_is_said_once_with_their_titles() -> None:
    answer = composed([Shared(EARLY, (OTHER,)), LATE])
    assert answer.text == (
        "《在青禾县大会上的讲话》：\n各部门要建立台账。[1]（相近的话另见《在云陵市 座谈会上的讲话》[2]）\n"
        "县财政局负责汇总。[3]"
    )
    assert [sentence.citations for sentence in answer.sentences] == [(1, 2), (3,)]
    assert (
        "(in nearly the same words in 《在云陵市 座谈会上的讲话》[2])"
        in composed([Shared(EARLY, (OTHER,))], asked=EN).text
    )


@pytest.mark.parametrize("title", ["在青禾县大会上的讲话", "在 青禾县\n大会上的讲话"])
def test_a_copy_of_the_same_title_is_named_with_its_file(title: str) -> None:
    copy = made.hit(TEXT[100:110], start=100, of=made.speech(title, "uploads/讲话（定稿）.docx"))
    answer = composed([Shared(EARLY, (Extract(copy, 0, 10), OTHER))])
    shown = " ".join(title.split())
    assert f"（相近的话另见《{shown}》（讲话（定稿）.docx）[2]、《在云陵市 座谈会上的讲话》[3]）" in answer.text


LONG = "二、抓好实事\n一是减材料。能共享的不再要。\n二是减时限。由县里牵头。\n三是减费用，为企业减负\n大家都要支持。"


def parts_of(words: Sequence[str], text: str = LONG, path: Sequence[str] = ("二、抓好实事",)) -> list[Extract]:
    passage = made.hit(text, path=path)
    return [Extract(passage, text.index(one), text.index(one) + len(one)) for one in words]


def test_what_is_left_out_between_two_parts_shows_as_a_mark() -> None:
    answer = composed(parts_of(["一是减材料。", "二是减时限。"]), LONG)
    assert answer.text == "《在青禾县大会上的讲话》：\n一是减材料。[1]\n…\n二是减时限。[2]"
    together = composed(parts_of(["一是减材料。", "能共享的不再要。"]), LONG)
    assert "…" not in together.text


def test_items_stand_under_their_heading_and_show_where_they_are_cut() -> None:
    answer = composed(parts_of(["一是减材料。能共享的不再要。", "二是减时限。", "三是减费用"]), LONG, enumeration=True)
    assert answer.text == (
        "《在青禾县大会上的讲话》的“二、抓好实事”部分：\n"
        "一是减材料。能共享的不再要。[1]\n二是减时限。…[2]\n三是减费用…[3]"
    )
    assert [sentence.text for sentence in answer.sentences] == [citation.quote for citation in answer.citations]


def test_the_last_item_is_not_cut_where_its_line_ends() -> None:
    answer = composed(parts_of(["二是减时限。由县里牵头。", "三是减费用，为企业减负"]), LONG, enumeration=True)
    assert "…" not in answer.text


def test_a_hidden_part_between_two_parts_is_left_out_visibly() -> None:
    text = "先在窗口登记。---此处隐藏35字---最后现场验收。"
    at = text.index("最后")
    passage = made.hit(text)
    parts = [Extract(passage, 0, 7), Extract(passage, at, len(text))]
    assert composed(parts, text).text.splitlines()[1:] == ["先在窗口登记。[1]", "…", "最后现场验收。[2]"]


def test_the_figures_asked_for_are_marked_in_their_sentence() -> None:
    answer = composed([OTHER, EARLY], asked=asked_for("利率是百分之多少？", "figure"))
    assert [[one.text[start:end] for start, end in one.marked] for one in answer.sentences] == [["百分之四"], []]
    assert composed([OTHER]).sentences[0].marked == ()


def test_an_answer_in_part_says_so_behind_its_sentences() -> None:
    answer = composed([EARLY], outcome="partly")
    assert answer.outcome == "partly"
    assert answer.text.endswith("[1]\n" + MISSING["zh"])
    assert len(answer.sentences) == 1


def refusal(outcome: str, place: Hit | None = None, text: str = TEXT, language: str = "zh") -> Composed:
    candidate = Candidate((next(iter(sentences_of(place))),), 0) if place else None
    return compose_refusal(Verdict(outcome, place=candidate), language, lambda _: made.source(text))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_found_has_no_citation(language: str) -> None:
    answer = refusal("not_found", language=language)
    assert (answer.text, answer.outcome) == (NOT_FOUND[language], "not_found")  # type: ignore[index]
    assert (answer.citations, answer.sentences) == ((), ())


def test_a_blank_is_quoted() -> None:
    text = "新办企业XX户，满意率很高。大家都要支持。"
    answer = refusal("blanked_out", made.hit(text), text)
    assert answer.text == BLANKED_OUT["zh"].format("在青禾县大会上的讲话") + "\n新办企业XX户，满意率很高。[1]"
    assert answer.outcome == "blanked_out"


NOTED = "用水报装要提速。\n---此处隐藏99字---\n大家都要支持。"
NOTE = Gap(Span(9, 22), 99)


def test_a_hidden_part_is_shown_by_the_words_before_it_and_those_that_tell_of_it() -> None:
    answer = refusal("part_hidden", made.hit(NOTED[:8], gaps=[NOTE]), NOTED)
    assert answer.text == (
        PART_HIDDEN["zh"].format("在青禾县大会上的讲话") + "\n用水报装要提速。[1]\n---此处隐藏99字---[2]"
    )
    assert [slices(NOTED, citation.spans) for citation in answer.citations] == [one.text for one in answer.sentences]


def test_a_part_hidden_elsewhere_in_the_speech_is_shown_alone() -> None:
    told = made.speech()
    speech = type(told)(**{name: getattr(told, name) for name in told.__slots__} | {"gaps": (NOTE,)})
    answer = refusal("part_hidden", made.hit(NOTED[:8], of=speech), NOTED)
    assert [citation.quote for citation in answer.citations] == ["---此处隐藏99字---"]
    assert answer.text.endswith("[1]")


PIECES = ["一是减材料。", "能共享的不再要。", "XX户！", "由县里牵头办理；", "二是减时限。", "百分之九十六以上。", "\n"]


@st.composite
def shared_parts(draw: st.DrawFn) -> tuple[str, list[Shared]]:
    """A source's text with up to three speeches, and some of their sentences as parts, some said by another, too."""
    texts = ["".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6))) for _ in range(3)]
    whole = "\n".join(texts)
    starts = [sum(len(text) + 1 for text in texts[:number]) for number in range(3)]
    hits = [
        made.hit(text, start=start, of=made.speech(f"第{start}次讲话"))
        for text, start in zip(texts, starts, strict=True)
    ]
    extracts = [extract for hit in hits for extract in sentences_of(hit)]
    chosen = draw(st.lists(st.sampled_from(extracts), unique_by=lambda one: one.place)) if extracts else []
    split = draw(st.integers(0, len(chosen)))
    also = [one for one in chosen[split:] if chosen[:split] and one.hit.speech != chosen[0].hit.speech]
    return whole, [Shared(one, tuple(also) if not place else ()) for place, one in enumerate(chosen[:split])]


@given(shared_parts(), st.booleans(), st.sampled_from([ZH, EN, asked_for("多少户，百分之多少？", "figure")]))
def test_quotes_are_exact_and_shown_and_numbers_ascend(
    drawn: tuple[str, list[Shared]], enumeration: bool, asked: Asked
) -> None:
    text, shared = drawn
    answer = composed(shared, text, asked=asked, enumeration=enumeration)
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, 1 + sum(1 + len(one.also) for one in shared)))
    assert list(map(int, re.findall(r"\[(\d+)\]", answer.text))) == numbers
    assert [number for sentence in answer.sentences for number in sentence.citations] == numbers
    assert all(slices(text, citation.spans) == citation.quote for citation in answer.citations)
    assert all(sentence.text in answer.text for sentence in answer.sentences)
    assert sorted(one.text for one in answer.sentences) == sorted(one.extract.text for one in shared)
    by_number = {citation.number: citation for citation in answer.citations}
    for sentence in answer.sentences:
        assert by_number[sentence.citations[0]].quote == sentence.text
        assert all(0 <= start < end <= len(sentence.text) for start, end in sentence.marked)


def sectioned(text: str, *sections: tuple[str, int, int]) -> list[Extract]:
    """Parts of passages, each of a section by its name."""
    found = []
    for name, start, end in sections:
        hit = made.hit(text[start:end], start=start)
        found.append(Extract(replace(hit, passage=replace(hit.passage, section_id=name)), 0, end - start))
    return found


def test_between_parts_of_different_sections_nothing_is_shown_as_left_out() -> None:
    text = "要建立台账。大家都要支持。要压缩时限。"
    apart = composed(sectioned(text, ("一", 0, 6), ("二", 13, 19)), text)
    assert apart.text.splitlines()[1:] == ["要建立台账。[1]", "要压缩时限。[2]"]
    together = composed(sectioned(text, ("一", 0, 6), ("一", 13, 19)), text)
    assert together.text.splitlines()[1:] == ["要建立台账。[1]", "…", "要压缩时限。[2]"]


def test_a_watermark_between_two_sentences_is_nothing_left_out() -> None:
    text = "要建立台账。\n文稿驿站\n要压缩时限。"
    hit = made.hit("要建立台账。要压缩时限。")
    passage = replace(hit.passage, spans=(Span(0, 6), Span(12, 18)))
    parts = [Extract(replace(hit, passage=passage), 0, 6), Extract(replace(hit, passage=passage), 6, 12)]
    assert composed(parts, text).text.splitlines()[1:] == ["要建立台账。[1]", "要压缩时限。[2]"]
    hidden = replace(passage, gaps=(Gap(Span(7, 11)),))
    parts = [Extract(replace(hit, passage=hidden), 0, 6), Extract(replace(hit, passage=hidden), 6, 12)]
    assert composed(parts, text).text.splitlines()[2] == "…"
