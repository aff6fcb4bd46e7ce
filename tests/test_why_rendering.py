"""Why a passage was found, in words."""

from dataclasses import replace

import pytest
from tests import fakes, made
from tests.html_reader import Reader, as_shown

from askspeech import SpeechIndex
from askspeech.datatypes import Hit
from askspeech.texts import CHINESE, ENGLISH
from askspeech.why_rendering import hit_behind, why_html, why_words


def found(*reasons: str, score: float = 2.0, copies: tuple[str, ...] = ()) -> Hit:
    return replace(made.hit("清欠", score=score), found_by=reasons, copies=copies)


BEST = found("keyword 1", "dense 4", "late interaction 2", "outline", "speech 1", "level 县, place 青禾县", "rerank 3")


def test_what_found_a_passage_is_said_in_words() -> None:
    assert why_words(BEST, [BEST], CHINESE) == [
        "关键词检索排第 1",
        "语义检索排第 4",
        "逐词比对排第 2",
        "列出了几条要点，正合问题所问",
        "整篇讲话与问题最贴近",
        "问题提到了：层级 县",
        "问题提到了：地点 青禾县",
        "重排模型排第 3",
        "综合得分最高",
    ]
    english = why_words(BEST, [BEST], ENGLISH)
    assert english[0] == "number 1 by keywords"
    assert "the question names: Place 青禾县" in english
    assert len(english) == 9


def test_a_score_stands_beside_the_best_one() -> None:
    second = found("dense 2", score=1.5)
    assert why_words(second, [second, BEST], CHINESE)[-1] == "综合得分是最高者的 75%"
    assert why_words(found(score=0.0), [BEST], CHINESE) == []
    assert why_words(found(score=0.0), [], CHINESE) == []


def test_near_copies_are_counted() -> None:
    assert why_words(found(copies=("a", "b")), [BEST], ENGLISH)[-1] == "2 other places say the same"


def test_a_reason_that_is_not_known_stands_as_it_is() -> None:
    assert why_words(found("stars 9"), [BEST], CHINESE)[0] == "stars 9"


def test_the_fold_out_shows_the_heading_path() -> None:
    hit = replace(BEST, passage=replace(BEST.passage, heading_path=("一、清欠", "（一）台账")))
    text = Reader(why_html(hit, [hit], CHINESE)).text
    assert text.startswith("为什么是这一段")
    assert "一、清欠 › （一）台账" in text


@pytest.mark.parametrize("payload", fakes.HOSTILE)
def test_hostile_headings_and_reasons_are_only_text(payload: str) -> None:
    hit = replace(found(payload), passage=replace(BEST.passage, heading_path=(payload,)))
    html = why_html(hit, [hit], CHINESE)
    assert "\n" not in html
    assert as_shown(payload) in Reader(html).text


def test_a_citation_leads_back_to_its_hit_or_to_the_one_that_says_the_same() -> None:
    cited = fakes.LEDGER
    own = replace(BEST, passage=replace(BEST.passage, id=cited.passage_id))
    copy = replace(BEST, copies=(cited.passage_id,))
    assert hit_behind(cited, [BEST, copy, own]) is own
    assert hit_behind(cited, [BEST, copy]) is copy
    assert hit_behind(cited, [BEST]) is None


def test_every_reason_of_a_real_search_has_words(index: SpeechIndex) -> None:
    result = index.search("青禾县营商环境大会部署了哪四件实事？")
    for hit in result:
        words = why_words(hit, result.hits, ENGLISH)
        assert not set(words) & set(hit.found_by)
        assert len(words) >= 2
