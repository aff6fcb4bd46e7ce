"""The office that a line names. Every place is invented; the lines are without white space."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_texts

from askspeech.offices import find_office, find_title_office

FRAGMENTS = (
    *(
        "青禾县",
        "云陵市",
        "岚朔自治区",
        "石鸢镇",
        "县委",
        "市委",
        "省",
        "县",
        "副",
        "常务副",
        "代",
        "书记",
        "县长",
        "市长",
    ),
    *(
        "主席",
        "主任",
        "人大常委会",
        "政协",
        "人民政府",
        "政府",
        "党组",
        "财政局",
        "税务总局",
        "江保护",
        "局长",
        "部",
        "部长",
        "管委会",
        "常委",
    ),
    *(
        "国务院",
        "总理",
        "、",
        "，",
        "张三",
        "×××",
        "们",
        "团",
        "在",
        "全县大会",
        "座谈会",
        "上",
        "的讲话",
        "同志",
        "各位",
    ),
)
LINES = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join), any_texts().map(lambda text: "".join(text.split()))
)


def office(line: str, skipped: tuple[int, int] | None = None) -> str | None:
    found = find_office(line, skipped)
    return line[slice(*found)] if found else None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("县委书记张三", "县委书记"),
        ("中共云陵市委书记×××", "市委书记"),
        ("青禾县县长张三", "县长"),
        ("青禾县人民政府代县长", "代县长"),
        ("县人民政府副县长张三", "县人民政府副县长"),
        ("云陵市委副书记、市长", "市委副书记、市长"),
        ("市委常委、常务副市长张三", "市委常委、常务副市长"),
        ("县人大常委会主任", "县人大常委会主任"),
        ("青禾县政协副主席", "县政协副主席"),
        ("岚朔自治区主席", "自治区主席"),
        ("岚朔自治区人民政府代主席", "自治区人民政府代主席"),
        ("国务院总理", "国务院总理"),
        ("石鸢镇党委书记", "镇党委书记"),
        ("街道党工委书记", "街道党工委书记"),
        ("县纪委书记", "县纪委书记"),
        ("财政局局长张三", "财政局局长"),
        ("栎湾新区管委会副主任", "新区管委会副主任"),
        ("县委常委、宣传部部长", "县委常委、宣传部部长"),
        ("党组书记张三", "党组书记"),
    ],
)
def test_an_office_with_its_rank_and_organ(line: str, expected: str) -> None:
    assert office(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *(("青禾县税务局局长", "县税务局局长"), ("青县税务局局长", "县税务局局长")),
        *(("云陵市青禾县财政局副局长", "县财政局副局长"), ("岚朔自治区财政厅厅长", "自治区财政厅厅长")),
        *(("云陵市城市管理局局长", "市城市管理局局长"), ("青禾县市场监督管理局局长张三", "县市场监督管理局局长")),
        *(("中共青禾县委宣传部部长", "县委宣传部部长"), ("国家税务总局青禾县税务局局长", "县税务局局长")),
        *(("云陵市市中区教育局局长", "区教育局局长"), ("岩城市财政局局长", "市财政局局长")),
        ("云陵经济技术开发区管委会主任", "经济技术开发区管委会主任"),
    ],
)
def test_the_places_name_is_no_part_of_an_office_and_its_level_is(line: str, expected: str) -> None:
    assert office(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        *("住房和城乡建设局局长", "市城市管理局局长", "开发区管委会主任", "高新区管委会主任", "工业园区管委会主任"),
        *("市场监督管理局局长", "国家税务总局局长", "自治区财政厅厅长", "乡村振兴局局长"),
    ],
)
def test_an_organ_without_a_place_keeps_its_whole_name(line: str) -> None:
    assert office(line) == line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *(("党组书记、局长", "党组书记、局长"), ("党委书记、董事长张三", "党委书记、董事长")),
        *(("青禾县税务局党组书记、局长张三", "县税务局党组书记、局长"), ("市委常委、秘书长", "市委常委、秘书长")),
        *(("县公安局党委书记、局长", "县公安局党委书记、局长"), ("党组书记、局长们", "党组书记")),
        ("青禾县发展和改革委员会党组书记、主任", "县发展和改革委员会党组书记、主任"),
    ],
)
def test_offices_held_together_are_one(line: str, expected: str) -> None:
    assert office(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *(("青禾县长张三", "县长"), ("县长江涛", "县长"), ("市长罗布次仁", "市长"), ("县长安志强同志", "县长")),
        *(("省长王某某代表省人民政府", "省长"), ("区长（张三）", "区长"), ("代县长讲话", "代县长")),
    ],
)
def test_a_holder_of_an_office_has_a_name_or_does_something(line: str, expected: str) -> None:
    assert office(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        *("全县长江大保护工作推进会", "全县长效机制建设", "全市长远规划", "青禾县长江大保护工作", "青禾县长效机制"),
        *("我市长期坚持", "云陵市长安街88号", "园区长廊", "市长热线", "县长助理张三", "市长质量奖", "各县长"),
        *("全市县长座谈会", "县长办公会议", "本镇长足发展", "局局长", "负有责任的县畜牧局局长"),
    ],
)
def test_words_that_merely_contain_an_office_are_none(line: str) -> None:
    assert find_office(line) is None


@pytest.mark.parametrize(
    "line",
    [
        *("大会主席团", "主席台就座", "政协主席团", "自治区主席台", "市长们", "各位老师", "村党支部书记", "同志们", ""),
        *("张三", "学生会主席", "办公室主任", "董事长张三", "局长", "总书记"),
    ],
)
def test_other_words_are_no_office(line: str) -> None:
    assert find_office(line) is None


def test_an_office_inside_the_meetings_name_is_not_the_speakers() -> None:
    line = "县委书记在全市县委书记座谈会上"
    assert office(line) == "县委书记"
    assert find_office(line, (0, 4)) == (7, 11)
    assert find_office(line, (5, 14)) == (0, 4)
    assert office(line, (0, len(line))) is None


def test_an_office_that_only_touches_the_meetings_name_counts() -> None:
    assert office("县委书记座谈会市长", (4, 7)) == "县委书记"
    assert office("座谈会市长", (0, 3)) == "市长"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("县委书记张三在全县大会上的讲话", "县委书记"),
        ("青禾县委副书记、县长×××在动员会上的讲话", "县委副书记、县长"),
        ("市长张三同志在开工仪式上的致辞", "市长"),
        ("市委书记在全市县委书记培训班上的讲话", "市委书记"),
        ("在全市县委书记座谈会上的讲话", None),
        ("张三在全县大会上的讲话", None),
        ("县委书记张三关于作风建设的讲话", None),
        ("县委书记，在全县大会上的讲话", None),
        ("《县长》在全县大会上的首映致辞", None),
        ("", None),
    ],
)
def test_the_office_of_a_title_stands_in_front_of_the_meeting(title: str, expected: str | None) -> None:
    found = find_title_office(title)
    assert (title[slice(*found)] if found else None) == expected


@given(LINES, st.data())
def test_an_office_lies_in_its_line_and_outside_of_what_is_skipped(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    for skipped in (None, (start, end)):
        found = find_office(line, skipped)
        if found:
            assert 0 <= found[0] < found[1] <= len(line)
            assert skipped is None or found[1] <= skipped[0] or skipped[1] <= found[0]


@given(LINES)
def test_the_first_office_of_a_line_is_an_office_by_itself(line: str) -> None:
    first = find_office(line)
    assert first == find_office(line, (0, 0)) == find_office(line, (len(line), len(line)))
    if first:
        assert office(line[slice(*first)]) == line[slice(*first)]
        later = find_office(line, first)
        assert later is None or later[0] >= first[1]


@given(LINES)
def test_the_office_of_a_title_is_found_in_the_words_in_front_of_its_meeting(title: str) -> None:
    found = find_title_office(title)
    if found:
        assert 0 <= found[0] < found[1] <= len(title)
        assert "在" in title[found[1] :]
        assert title[slice(*found)] == office(title[: found[1]])
