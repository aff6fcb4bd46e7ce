"""Whom and what a question asks about, which a text that answers it must name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.sought import bearer_of, pairs_of, sought, told_by


def things(question: str) -> list[str]:
    return [word.text for thing in sought(question).things for word in thing]


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("今年我县小麦产量是多少？", ["产量", "小麦"]),
        ("县人民医院有多少张床位？", ["床位"]),
        ("云水镇有多少人口？", ["人口"]),
        ("全市有多少辆出租车？", ["出租车"]),
        ("县里的殡仪馆在哪里？", ["殡仪馆"]),
        ("去年接待了多少游客？", ["游客"]),
        ("全县猪肉价格每斤多少钱？", ["价格", "猪肉"]),
        ("水稻总产量达到百分之多少？", ["总产量", "水稻"]),
    ],
)
def test_the_thing_whose_value_is_asked_for(question: str, named: list[str]) -> None:
    assert things(question) == named


@pytest.mark.parametrize(
    "question",
    [
        "要抓好哪几件实事？",
        "为什么要减材料？",
        "“五带头”是什么意思？",
        "投资干到概算的百分之几了？",
        "花了多少钱？",
        "",
    ],
)
def test_a_list_a_reason_or_a_part_of_a_whole_asks_for_no_thing(question: str) -> None:
    assert things(question) == []


@pytest.mark.parametrize(
    ("question", "persons"),
    [
        ("张三同志哪一年出生？", ("张三",)),
        ("王小明的电话号码是多少？", ("王小明",)),
        ("请问陈建国在哪里出生？", ("陈建国",)),
        ("这个会由哪家单位负责张罗？", ()),
        ("首席服务员干多久？", ()),
    ],
)
def test_persons_are_named_with_a_title_or_where_a_clause_begins(question: str, persons: tuple[str, ...]) -> None:
    assert sought(question).persons == persons


def test_what_is_measured_does_not_tell_what_it_is_of() -> None:
    (thing,) = sought("今年我县小麦产量是多少？").things
    assert [word.text for word in told_by(thing)] == ["小麦"]
    (price,) = sought("县城的房价是多少？").things
    assert [word.text for word in told_by(price)] == ["房价"]


def test_places_count_where_a_value_is_asked_for() -> None:
    assert sought("清河县去年的地区生产总值是多少？").places == ("清河",)
    assert sought("清河县优化营商环境有哪些做法？").places == ()
    assert sought("芦河县哪一年撤县设市？").places == ("芦河",)


def test_the_words_to_look_up_are_all_of_these_once() -> None:
    assert sought("清河县的刘国栋同志种了多少亩小麦？").words == ("小麦", "刘国栋", "清河")


def test_the_bearer_of_an_office_is_named_beside_it() -> None:
    office = sought("县委书记叫什么名字？").office
    assert office is not None
    assert bearer_of(office, "县委书记王建国出席会议。") == "named"
    assert bearer_of(office, "王建国书记讲了话。") == "named"
    assert bearer_of(office, "县委书记XXX出席会议。") == "blank"
    assert bearer_of(office, "市委书记XXX出席会议。") == ""
    assert bearer_of(office, "县委书记要亲自抓。") == ""


def test_an_office_counts_where_its_bearer_is_asked_for() -> None:
    assert sought("县长要抓什么？").office is None
    assert sought("县长的秘书叫什么？").office is None
    assert sought("县长是谁？").office is not None


def test_a_word_is_looked_up_by_its_pairs() -> None:
    assert pairs_of("殡仪馆") == ["殡仪", "仪馆"]


@given(st.text(alphabet="多少几哪年的是在县小麦产量王建国同志书记叫什么？，。0x 有天谁", max_size=40))
def test_whatever_is_asked_what_is_sought_stands_in_it(question: str) -> None:
    squeezed = "".join(question.split()).lower()
    assert all(word in squeezed for word in sought(question).words)
