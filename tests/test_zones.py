"""The parts of a speech, and its file's name, that say what the speech is. Every place is invented."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_texts

from askspeech.datatypes import Fact, Span
from askspeech.zones import SpeechZones, Zone, addressed, find_zones

BODY = "窗口服务要再上一个台阶，企业的事要一件一件办好。" * 4
OPENING = "今天召开全县大会，部署全年工作。"


def paragraphs_of(text: str) -> list[Span]:
    found, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            found.append(Span(start, start + len(line)))
        start += len(line) + 1
    return found


def zones(*lines: str, titled: bool = False, file: str = "讲话.txt") -> SpeechZones:
    """The zones of a speech of these lines, the first of them its title where it has one."""
    text = "\n".join(lines)
    places = paragraphs_of(text)
    return find_zones(text, places[0] if titled else None, places[titled:], file, Span)


def texts(found: Sequence[Zone]) -> list[str]:
    return [zone.text for zone in found]


def test_every_part_of_a_speech_has_its_zone() -> None:
    found = zones(
        "在青禾县大会上的讲话",
        "（2031年3月5日）",
        "县委书记　张三",
        "同志们：",
        OPENING,
        "一、提高认识",
        BODY,
        "谢谢大家！",
        "中共青禾县委",
        titled=True,
        file="讲话/03 青禾县.2031.txt",
    )
    assert found.title is not None and found.title.text == "在青禾县大会上的讲话"
    assert texts(found.head) == ["（2031年3月5日）", "县委书记张三"]
    assert found.salutation is not None and found.salutation.text == "同志们："
    assert texts(found.opening) == ["同志们：", OPENING]
    assert texts(found.signature) == ["一、提高认识", "谢谢大家！", "中共青禾县委"]
    assert found.name.text == "03青禾县.2031"


def test_a_speech_of_nothing_has_the_zone_of_its_name() -> None:
    found = zones(file="青禾县/动员会.txt")
    assert (found.title, found.salutation) == (None, None)
    assert found.head == found.opening == found.signature == ()
    assert found.name.text == "动员会"


def test_facts_slice_back_to_the_source_with_all_that_stands_between_their_characters() -> None:
    text = "在 青禾\u200b县　第８届大会上"
    places = paragraphs_of(text)
    (zone,) = find_zones(text, None, places, "讲话.txt", lambda start, end: Span(start + 100, end + 100)).head
    assert zone.text == "在青禾县第8届大会上"
    start = zone.text.index("青禾县")
    fact = zone.fact("place", "青禾县", start, start + 3)
    assert fact == Fact("place", "青禾县", "text", Span(102, 106))
    assert text[2:6] == "青禾\u200b县"
    assert zone.fact("term", "8", 5, 6).span == Span(108, 109)


def test_facts_of_the_files_name_quote_it() -> None:
    name = zones(file="稿件.2031/讲话 青禾 县.终稿.txt").name
    assert name.text == "讲话青禾县.终稿"
    assert name.fact("place", "青禾县", 2, 5) == Fact("place", "青禾县", "file_name", None, "青禾 县")


def test_derived_facts_say_what_they_follow_from() -> None:
    (zone,) = zones("石 鸢 镇").head
    assert zone.derived("level", "乡镇", 0, 3) == Fact("level", "乡镇", "derived", None, "石鸢镇 → 乡镇")


@pytest.mark.parametrize(
    ("paragraph", "audience"),
    [
        ("同志们：", "同志们"),
        ("各位代表；", "各位代表"),
        ("尊敬的各位领导、各位企业家，女士们、先生们：", "各位领导、各位企业家，女士们、先生们"),
        ("各 位 乡 亲！", "各位乡亲"),
        ("同志们，今天的大会很重要。", "同志们"),
        ("各位代表!现在，我报告工作。", "各位代表"),
        ("同志们:刚才三个单位作了发言。", "同志们"),
        ("各位企业家普遍反映：办事难。", None),
        ("张县长：请你讲两句。", None),
        ("主要任务是：", None),
        ("2031年的各位代表：", None),
        ("今天到会的同志们" + "都很辛苦，" * 20 + "同志们：", None),
    ],
)
def test_whom_a_paragraph_addresses(paragraph: str, audience: str | None) -> None:
    zone = zones(paragraph, titled=True).title  # as it stands, whatever is made of it where it begins a speech
    assert zone is not None
    found = addressed(zone)
    assert (zone.text[slice(*found)] if found else None) == audience


WIDE = " " * 75


@pytest.mark.parametrize("gap", ["", WIDE, "\u3000" * 400])
@pytest.mark.parametrize(
    ("paragraph", "audience"),
    [
        ("尊敬的各位领导、各位企业家{}！今天的大会很重要，我讲三点意见。", None),
        ("尊敬的各位领导、各位企业家{}！", "各位领导、各位企业家"),
        ("各位代表{}！今天的大会很重要。", "各位代表"),
        ("各位企业家{}，同志们：", "各位企业家，同志们"),
    ],
)
def test_white_space_makes_no_salutation_and_hides_none(paragraph: str, audience: str | None, gap: str) -> None:
    found = zones(paragraph.format(gap), BODY).salutation
    place = addressed(found) if found else None
    assert (found.text[slice(*place)] if found and place else None) == audience


def test_zones_are_measured_by_what_can_be_seen() -> None:
    lines = ["在青禾县大会上的讲话", f"（2031年{WIDE * 3}3月5日）", "同志们：", BODY, f"中共青禾县委{WIDE}2031年3月5日"]
    found = zones(*lines, titled=True)
    assert texts(found.head) == ["（2031年3月5日）"]
    assert texts(found.signature) == ["中共青禾县委2031年3月5日"]
    assert texts(zones(f"大家{WIDE * 3}静一静。", "正文").head) == []


def test_what_stands_above_the_salutation_is_the_head_but_for_long_paragraphs() -> None:
    long = "会前发放的材料请各位带回去认真阅读" * 10
    found = zones("一、这不是正文", "副标题。", long, "各位代表：", BODY)
    assert texts(found.head) == ["一、这不是正文", "副标题。"]
    assert texts(found.opening) == ["各位代表：", BODY]


@pytest.mark.parametrize(("above", "greeted"), [(11, True), (12, False)])
def test_a_salutation_is_one_of_the_first_paragraphs(above: int, greeted: bool) -> None:
    found = zones(*(["副标题"] * above), "同志们：", BODY)
    assert (found.salutation is not None) is greeted
    assert len(found.head) == (above if greeted else 5)


@pytest.mark.parametrize(
    ("lines", "head"),
    [
        pytest.param(["甲", "乙", BODY], ["甲", "乙"], id="up to a long line"),
        pytest.param(["甲", "大家静一静。", "乙"], ["甲"], id="up to a sentence"),
        pytest.param(["甲", "一、认识", "乙"], ["甲"], id="up to an item"),
        pytest.param(["甲", "乙", "丙", "丁", "戊", "己"], ["甲", "乙", "丙", "丁", "戊"], id="five at most"),
        pytest.param(["学习了", "青禾县规划", "》的精神"], [], id="a sentence that a link cuts"),
        pytest.param([BODY], [], id="none"),
    ],
)
def test_without_a_salutation_the_head_is_made_of_short_lines(lines: list[str], head: list[str]) -> None:
    found = zones(*lines)
    assert found.salutation is None
    assert texts(found.head) == head


def test_the_opening_ends_at_the_first_item_and_after_four_paragraphs() -> None:
    assert texts(zones("同志们：", OPENING, "一、认识", BODY).opening) == ["同志们：", OPENING]
    assert texts(zones("同志们：一、认识", OPENING).opening) == ["同志们：一、认识", OPENING]
    assert len(zones("同志们：", *([OPENING] * 6)).opening) == 4
    assert len(zones("同志们：", OPENING * 100).opening[1].text) == 600


def test_the_signature_is_made_of_short_lines_below_the_first_paragraph() -> None:
    assert texts(zones("同志们：", BODY, "谢谢大家！", "2031年3月5日").signature) == ["谢谢大家！", "2031年3月5日"]
    assert texts(zones("甲", "同志们：").signature) == []
    assert texts(zones("同志们：", *"甲乙丙丁戊").signature) == ["乙", "丙", "丁", "戊"]


@given(any_texts(), st.booleans(), st.text(st.characters(blacklist_characters="\x00"), max_size=12))
def test_zones_are_paragraphs_without_their_white_space(text: str, titled: bool, file: str) -> None:
    places = paragraphs_of(text)
    titled = titled and bool(places)
    title, rest = (places[0], places[1:]) if titled else (None, places)
    found = find_zones(text, title, rest, file, Span)
    assert (found.title is not None) is titled
    inside = [
        *found.head,
        *found.opening,
        *found.signature,
        *(zone for zone in (found.title, found.salutation) if zone),
    ]
    for zone in inside:
        assert zone.whole == text
        assert not zone.text or any(start <= zone.places[0] <= zone.places[-1] < end for start, end in places)
    for zone in (*inside, found.name):
        assert len(zone.text) == len(zone.places)
        assert all(first < second for first, second in pairwise(zone.places))
        assert not any(character.isspace() for character in zone.text)
        written = zone.written(0, len(zone.text))
        assert all(zone.whole[at] == said or said.isdigit() for at, said in zip(zone.places, written, strict=True))
        assert not set(zone.text) & set("０１２３４５６７８９\u200b\ufeff")
    assert found.name.text == "" or found.name.whole in file


@given(any_texts())
def test_zones_stand_in_the_order_of_the_text(text: str) -> None:
    places = paragraphs_of(text)
    found = find_zones(text, None, places, "讲话.txt", Span)
    for part in (found.head, found.opening, found.signature):
        firsts = [zone.places[0] for zone in part if zone.places]
        assert firsts == sorted(set(firsts))
    begun = [zone.places[0] for zone in found.opening if zone.places]
    assert all(zone.places[-1] < begun[0] for zone in found.head if zone.places and begun)
    assert all(zone.places[0] > begun[0] for zone in found.signature if zone.places and begun)
    if found.salutation:
        assert addressed(found.salutation)
        assert found.opening[0].text.startswith(found.salutation.text)
    assert len(found.opening) <= 4 and len(found.signature) <= 4


@given(any_texts(), st.data())
def test_any_characters_of_a_zone_slice_back_to_themselves(text: str, data: st.DataObject) -> None:
    found = find_zones(text, None, paragraphs_of(text), "讲话.txt", Span)
    for zone in (*found.head, *found.opening, *found.signature):
        if zone.text:
            start = data.draw(st.integers(0, len(zone.text) - 1))
            end = data.draw(st.integers(start + 1, len(zone.text)))
            span = zone.fact("name", "value", start, end).span
            assert span is not None
            assert [at for at in range(*span) if at in set(zone.places)] == list(zone.places[start:end])
