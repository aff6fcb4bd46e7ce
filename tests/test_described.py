"""Which speeches a question describes."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests import made

from askspeech.datatypes import Hit
from askspeech.described import by_fact, described_levels, named_facts, named_places, of_named_places, speech_terms

VOCABULARY = 9
_TOKENS = st.lists(st.integers(0, VOCABULARY - 1), max_size=12)


def ids(*numbers: int) -> NDArray[np.uint16]:
    return np.array(numbers, dtype=np.uint16)


def by_definition(held: dict[str, list[int]], question: list[int]) -> dict[str, float]:
    """BM25 over whole speeches, written out, and divided by the best score."""
    length = sum(map(len, held.values())) / len(held)
    scores = {}
    for speech, tokens in held.items():
        counts = Counter(tokens)
        scores[speech] = 0.0
        for token in set(question) & set(tokens):
            spread = sum(token in other for other in held.values())
            rarity = math.log(1 + (len(held) - spread + 0.5) / (spread + 0.5))
            room = 1.2 * (1 - 0.75 + 0.75 * len(tokens) / max(length, 1))
            scores[speech] += rarity * counts[token] * 2.2 / (counts[token] + room)
    best = max(scores.values())
    return {speech: score / best for speech, score in scores.items()} if best else {}


@given(st.dictionaries(st.sampled_from("abcd"), st.tuples(_TOKENS, _TOKENS), min_size=1), _TOKENS)
def test_fits_are_bm25_over_whole_speeches(held: dict[str, tuple[list[int], list[int]]], question: list[int]) -> None:
    terms = speech_terms(
        {speech: [ids(*tokens[:5]), ids(*tokens[5:])] for speech, (tokens, _) in held.items()},
        {speech: ids(*title) for speech, (_, title) in held.items()},
        VOCABULARY,
    )
    whole = {speech: [*tokens, *title, *title] for speech, (tokens, title) in held.items()}
    assert terms.fits(question) == pytest.approx(by_definition(whole, question))


def test_no_speeches_fit_nothing() -> None:
    assert speech_terms({}, {}, VOCABULARY).fits([1, 2]) == {}


@pytest.mark.parametrize(
    ("question", "levels"),
    [
        ("县里为什么看重这件事？", {"县"}),
        ("市领导和区里各提了什么要求？", {"市", "区"}),
        ("搞亮剑行动的那个县，要求是什么？", {"县"}),
        ("市委书记、镇长怎么说？", {"市", "乡镇"}),
        ("全局会议上讲了什么？局里怎么抓？", {"部门"}),
        ("州里怎么抓？", {"市"}),
        ("What does the county leader say about the city?", {"县", "市"}),
        ("市场主体和市长期规划", set()),
        ("哪个区先搞的？", set()),
        ("capacity building", set()),
    ],
)
def test_levels_that_a_question_names(question: str, levels: set[str]) -> None:
    assert described_levels(question) == levels


def test_the_speeches_of_each_level_place_and_year_unless_that_tells_nothing() -> None:
    county, city = made.speech("x", level="县", year="2023", kind="大会"), made.speech("y", level="市", place="云陵市")
    assert by_fact([county, city, made.speech("z")]) == {
        ("level", "县"): {"x"},
        ("year", "2023"): {"x"},
        ("level", "市"): {"y"},
        ("place", "云陵市"): {"y"},
    }
    assert by_fact([county]) == {}


def test_places_and_years_that_a_question_names() -> None:
    known = [
        ("place", "云陵市"),
        ("place", "青禾县"),
        ("year", "2023"),
        ("year", "2022"),
        ("level", "市"),
        ("place", "京"),
    ]
    assert named_facts("云陵市2023年的北京之行？", known) == [("place", "云陵市"), ("year", "2023")]
    assert named_facts("编号12023号", known) == []
    assert named_facts("云陵今年怎么做？", known) == [("place", "云陵市")]


COUNTY = made.hit("要建好企业会客厅。", of=made.speech("县里的讲话", place="青禾县"))
CITY = made.hit("要开通直通热线。", start=100, of=made.speech("市里的讲话", place="云陵市"))
NOWHERE = made.hit("要清理欠款。", start=200, of=made.speech("一次讲话"))
TELLS_OF_CITY = made.hit("云陵的做法值得学习。", start=300, of=made.speech("又一次讲话", place="青禾县"))
HITS = [COUNTY, CITY, NOWHERE, TELLS_OF_CITY]


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("青禾县建了什么？", [COUNTY, TELLS_OF_CITY]),
        ("云陵有哪些热线？", [CITY, TELLS_OF_CITY]),
        ("云陵和青禾县各有什么？", [COUNTY, CITY, TELLS_OF_CITY]),
        ("鹿鸣市建了什么？", HITS),
        ("建了什么？", HITS),
    ],
)
def test_where_a_place_is_named_its_speeches_stay_and_those_that_name_it(question: str, kept: list[Hit]) -> None:
    assert of_named_places(question, HITS) == kept


def test_a_place_without_its_ending_may_be_one_character_and_then_stands_for_itself() -> None:
    short = made.hit("要清理欠款。", of=made.speech("讲话", place="蓟市"))
    assert of_named_places("蓟草怎么种？", [short, CITY]) == [short, CITY]
    assert of_named_places("蓟市怎么做？", [short, CITY]) == [short]
    assert of_named_places("云陵怎么做？", []) == []


def test_places_that_a_question_names_among_those_of_the_hits() -> None:
    hits = [made.hit("多办实事。", of=made.speech(place=place)) for place in ("青禾县", "云陵市", "苇塘镇")]
    assert named_places("青禾、云陵各办了什么？", hits) == {"青禾县", "云陵市"}
    assert named_places("办了什么？", hits) == frozenset()
