"""Names of places and words for levels, read off by their form. Every place is invented."""

import pytest

from askspeech.places import find_level, find_places


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("在青禾县优化营商环境大会上", ["青禾县"]),
        ("2031年江垣省政府工作报告", ["江垣省"]),
        ("在江垣省云陵市青禾县座谈会上", ["江垣省", "云陵市", "青禾县"]),
        ("我代表中共云陵市委、云陵市人民政府", ["云陵市", "云陵市"]),
        ("在岚朔族自治县第三届", ["岚朔族自治县"]),
        ("在栎湾新区总结会上", ["栎湾新区"]),
        ("在云陵经济技术开发区开工仪式上", ["云陵经济技术开发区"]),
        ("03云澜市推进会讲话", ["云澜市"]),
        ("在云陵市民营企业家大会上", ["云陵市"]),
        ("在首届云陵市企业家大会上", ["云陵市"]),
        ("张三市长在云陵市", ["云陵市"]),
    ],
)
def test_places_are_found_after_a_boundary_and_in_rows(text: str, names: list[str]) -> None:
    places = find_places(text)
    assert [place.name for place in places] == names
    assert all(text[place.start : place.end] == place.name for place in places)


@pytest.mark.parametrize(
    "text",
    [
        *("在全市大会上", "在我县", "在各乡镇", "在xx市大会上", "在XX区", "在某某县", "在城市更新", "在市场监管系统"),
        *("在强县富民大会上", "在推进新型城镇化工作会上", "在园区建设", "在赴江垣省考察总结会上", "在自治区大会上"),
        *("在县域经济", "在乡村振兴", "在企业上市工作会上", "在示范区大会上", "在甲市", "在主城区", "在特色小镇"),
    ],
)
def test_what_names_no_place_or_a_blanked_one_is_none(text: str) -> None:
    assert find_places(text) == []


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("全市招商大会", "市", "全市"),
        ("县委经济工作会议", "县", "县委"),
        ("xx区优化营商环境大会", "区", "xx区"),
        ("江垣省云陵市座谈会", "市", "江垣省云陵市"),
        ("全市市场监管系统会议", "部门", "系统"),
        ("全局作风会议", "部门", "全局"),
        ("石鸢镇现场会", "乡镇", "石鸢镇"),
        ("第三届全国人民代表大会", "国家", "全国"),
        ("州委全会", "市", "州委"),
        ("岚朔自治区大会", "省", "岚朔自治区"),
        ("市第五次党代会", "市", "市第五次"),
    ],
)
def test_the_level_is_what_is_named_first_a_department_before_all(text: str, level: str, words: str) -> None:
    found = find_level(text)
    assert found is not None
    assert (found.level, text[found.start : found.end]) == (level, words)


@pytest.mark.parametrize(
    "text", ["全国文明城市创建大会", "企业家座谈会", "全面深化改革会议", "信息系统培训", "公司年会"]
)
def test_what_says_no_level_has_none(text: str) -> None:
    assert find_level(text) is None
