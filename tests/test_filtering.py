"""Filters: which speeches they keep, in every way of searching, and what is said of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import made

from askspeech import SpeechIndex
from askspeech.datatypes import Filters, Hit, Way
from askspeech.filtering import FILTERS, NOTHING_FILTERED, filter_notices, kept_speeches, known_values

COUNTY = made.speech("在青禾县大会上的讲话", "青禾.txt", level="县", place="青禾县", year="2023")
CITY = made.speech("在云陵市座谈会上的讲话", "云陵/座谈.txt", level="市", place="云陵市", year="2023", kind="座谈会")
BARE = made.speech("讲话：窗口服务", "其他.txt")
ALL = [COUNTY, CITY, BARE]


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        pytest.param(Filters(speech=(CITY.id,)), [CITY], id="id"),
        pytest.param(Filters(speech=("讲话",)), ALL, id="words of the title"),
        pytest.param(Filters(speech=("大会", "座谈会")), [COUNTY, CITY], id="alternatives"),
        pytest.param(Filters(file=("青禾.txt",)), [COUNTY], id="file"),
        pytest.param(Filters(year=("2023",)), [COUNTY, CITY], id="year"),
        pytest.param(Filters(year=("2023",), level=("市", "省")), [CITY], id="fields narrow each other"),
        pytest.param(Filters(kind=("座谈会",), place=("青禾县",)), [], id="nothing fits"),
        pytest.param(Filters(year=("２０２３",), place=("雲陵市",)), [CITY], id="width and traditional characters"),
        pytest.param(Filters(speech=("云陵市 座谈会",)), [CITY], id="white space"),
        pytest.param(Filters(speech=("", " ")), [], id="no words are in no title"),
        pytest.param(Filters(place=("青禾",)), [], id="part of a place"),
        pytest.param(Filters(place="云陵市"), [CITY], id="a string for a tuple"),  # type: ignore[arg-type]
    ],
)
def test_kept(filters: Filters, kept: list[object]) -> None:
    assert kept_speeches(ALL, filters) == kept


@pytest.mark.parametrize("filters", [None, Filters()])
def test_no_filter_is_not_the_same_as_all_speeches(filters: Filters | None) -> None:
    assert kept_speeches(ALL, filters) is None


@given(st.builds(Filters, **{name: st.lists(st.text(max_size=4), max_size=2).map(tuple) for name in FILTERS}))
def test_any_filter_keeps_speeches_in_order_and_says_when_it_keeps_none(filters: Filters) -> None:
    kept = kept_speeches(ALL, filters)
    assert (kept is None) == (not filters)
    assert kept is None or kept == [speech for speech in ALL if speech in kept]
    assert (NOTHING_FILTERED in filter_notices(ALL, filters)) == (kept == [])


@pytest.mark.parametrize("filters", [None, Filters(), Filters(file=(CITY.file,)), Filters(speech=(BARE.id,))])
def test_a_filter_that_does_what_it_says_needs_no_notice(filters: Filters | None) -> None:
    assert filter_notices(ALL, filters) == ()


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        (Filters(level=("市", "镇")), "the level “镇” 没有这样的层级; the index has 现有: 市, 县."),
        (Filters(year=("1999", "2023")), "the year “1999” 没有这样的年份; the index has 现有: 2023."),
        (
            Filters(file=("没有.txt",)),
            "“没有.txt” 没有这样的文件; the index has 现有: 青禾.txt, 云陵/座谈.txt, 其他.txt.",
        ),
        (Filters(speech=("财政",)), "a title with “财政” 没有这样的讲话; the index has 现有: 在青禾县大会上的讲话, "),
    ],
    ids=["level", "year", "file", "speech"],
)
def test_values_that_no_speech_has_are_named_with_those_there_are(filters: Filters, named: str) -> None:
    assert any(named in notice for notice in filter_notices(ALL, filters))


def test_of_many_values_those_like_the_one_asked_for_are_named() -> None:
    speeches = [made.speech(f"第{number}篇", f"{number}.txt", place=f"{number}号县") for number in range(30)]
    speeches.append(made.speech("末篇", "末.txt", place="栎湾新区"))
    (nothing, notice) = filter_notices(speeches, Filters(place=("栎湾",)))
    assert nothing == NOTHING_FILTERED
    assert "现有: 栎湾新区, " in notice and "(31 in all 共 31 个)" in notice
    assert len(notice) < 300


def test_speeches_that_a_filter_leaves_out_because_nothing_is_known_are_counted() -> None:
    (notice,) = filter_notices(ALL, Filters(year=("2023",)))
    assert "Left out, as their year is not known: 1 speech." in notice and "1 篇" in notice
    assert filter_notices([COUNTY, CITY], Filters(year=("2023",))) == ()
    # Another filter leaves that speech out already.
    assert filter_notices(ALL, Filters(year=("2023",), file=(CITY.file,))) == ()


def test_a_fact_that_no_speech_has_is_said_to_be_unknown() -> None:
    assert filter_notices([BARE], Filters(place=("火星",)))[1:] == (
        "Left out, as their place is not known: 1 speech. 另有 1 篇讲话没有标明地点，不在查找范围内。",
    )


def test_values_to_choose_from_have_their_own_orders() -> None:
    speeches = [
        made.speech("甲", level="县", year="2021", kind="座谈会"),
        made.speech("乙", level="省", year="2023", kind="大会"),
        made.speech("丙", level="县", kind="大会"),
    ]
    assert list(known_values(speeches, "level").items()) == [("省", 1), ("县", 2)]
    assert list(known_values(speeches, "year").items()) == [("2023", 1), ("2021", 1)]
    assert list(known_values(speeches, "kind").items()) == [("大会", 2), ("座谈会", 1)]
    assert list(known_values(speeches, "speech")) == ["甲", "乙", "丙"]
    assert known_values(speeches, "place") == {}


def scores(hits: tuple[Hit, ...]) -> dict[str, float]:
    """The passages found and their scores; of near copies that were put together, each one."""
    return {identity: hit.score for hit in hits for identity in (hit.passage.id, *hit.copies)}


@pytest.mark.parametrize("way", ["keyword", "dense", "late", "hybrid"])
@pytest.mark.parametrize("name", FILTERS)
def test_every_way_finds_with_a_filter_what_it_finds_without_in_those_speeches(
    samples_index: SpeechIndex, name: str, way: Way
) -> None:
    speeches = samples_index.speeches()
    found = samples_index.search("企业 投诉 怎么办", k=1000, way=way)
    of = {passage.id: speech for speech in speeches for passage in samples_index.passages(speech.id)}
    values = list(known_values(speeches, name))
    assert len(values) > 1
    for value in values:
        filters = Filters(**{name: (value,)})
        kept = kept_speeches(speeches, filters) or []
        narrowed = samples_index.search("企业 投诉 怎么办", k=1000, filters=filters, way=way)
        expected = {identity for identity in scores(found.hits) if of[identity] in kept}
        assert expected and set(scores(narrowed.hits)) == expected
        assert NOTHING_FILTERED not in narrowed.notices and narrowed.filters == filters


def test_the_legs_give_the_same_passages_where_both_reach_all(samples_index: SpeechIndex) -> None:
    filters = Filters(level=("区",))
    legs = [samples_index.search("营商环境", k=1000, filters=filters, way=way) for way in ("keyword", "dense")]
    assert {speech.id for speech in legs[0].speeches} == {speech.id for speech in legs[1].speeches}
    assert [leg.notices for leg in legs] == [legs[0].notices] * 2
