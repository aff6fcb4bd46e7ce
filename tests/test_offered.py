"""What a text offers to a question."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.asked import asked_for
from askspeech.datatypes import QuestionKind
from askspeech.offered import (
    answers_kind,
    asked_places,
    blanked_names,
    enumerations,
    explains,
    is_formality,
    lists_members,
    names_time,
    values,
)

SPEECH_LIKE = st.lists(
    st.sampled_from(
        [
            *"去年新办企业增长率，、。；：“”‘’《》（） 第和与及百千万亿点",
            "xx", "XX", "**", "百分之", "三千二百户", "12.5%", "2024年", "7.6亿元", "第三位", "十", "某某", "9—12月",
        ]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(SPEECH_LIKE)
def test_values_lie_in_their_text_in_order_and_never_overlap(text: str) -> None:
    found = values(text)
    assert all(0 <= value.span.start < value.span.end <= len(text) for value in found)
    assert all(one.span.end <= other.span.start for one, other in pairwise(found))
    for value in found:
        words = text[value.span.start : value.span.end]
        assert value.text in (words, "第" + words) if value.blank else value.text == words
        assert value.unit in text[value.span.end :]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("新登记三千二百户，增长百分之十二", [("三千二百", "户"), ("百分之十二", "")]),
        ("投入7.6亿元，惠及4200户", [("7.6亿", "元"), ("4200", "户")]),
        ("排在第三位，比去年前移两位", [("第三", "位"), ("两", "位")]),
        ("培训两期，每期五天", [("五", "天")]),
        ("“三个专班”和《十条措施》都要落实", []),
        ("一心一意办好事", []),
        ("万企兴千村", []),
    ],
)
def test_figures_with_their_units_and_no_names(text: str, found: list[tuple[str, str]]) -> None:
    assert [
        (value.text, value.unit[: len(unit)]) for value, (_, unit) in zip(values(text), found, strict=True)
    ] == found


def test_blanked_figures_are_values_too_and_blanked_places_are_not() -> None:
    first, second = values("去年XX市新办企业xx户，排第XX名")
    assert (first.text, first.unit, first.blank) == ("xx", "户", True)
    assert (second.text, second.unit, second.blank) == ("第XX", "名", True)
    assert first.is_of("户")
    assert second.is_of("位")


@pytest.mark.parametrize(
    ("text", "unit", "is_of"),
    [
        ("百分之九", "%", True), ("9.5%", "%", True), ("上升3个百分点", "%", True), ("七成以上", "%", True),
        ("12家", "%", False), ("第九位", "位", True), ("第九次", "位", False), ("12亿元", "元", True),
        ("12亿美元", "元", True), ("12户", "元", False), ("2024年", "年份", True), ("2024年", "年", False),
        ("24年", "年", True), ("30个工作日", "日", True), ("30家", "日", False), ("6月", "月", True),
        ("45分钟", "时间", True), ("45平方米", "时间", False), ("450户", "户", True), ("450家", "户", False),
        ("450家", "", True),
    ],
)  # fmt: skip
def test_of_which_unit_a_figure_is(text: str, unit: str, is_of: bool) -> None:
    assert values(text)[0].is_of(unit) is is_of


def test_blanks_that_stand_for_names() -> None:
    text = "仓库交给XX公司，由XXX同志负责，投入xx亿元，自xx月起"
    assert [text[start:end] for start, end in blanked_names(text)] == ["XX", "XXX"]
    assert blanked_names("从XX—XX一带") != blanked_names("从XX到XX一带")


@pytest.mark.parametrize(
    ("text", "unit", "named"),
    [
        ("每季度报告一次", "时间", True),
        ("年底前还清", "月", True),
        ("每季度报告一次", "元", False),
        ("马上办", "时间", False),
    ],
)
def test_times_without_a_figure(text: str, unit: str, named: bool) -> None:
    assert names_time(text, unit) is named


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("解决用工、用地、用电难题", {3}),
        ("解决用工、用地和用电难题", {2, 3}),
        ("推进“专窗”“专班”“专线”建设", {3}),
        ("落实“减材料、减环节、减时限”", {3}),
        ("查摆问题，部署工作", set()),
        ("用工、用地；报关、退税、保险", {2, 3}),
    ],
)
def test_how_many_things_enumerations_name(text: str, sizes: set[int]) -> None:
    assert set(enumerations(text)) == sizes


_ITEM = st.text(alphabet="甲乙丙丁戊己庚辛", min_size=1, max_size=4)


@given(st.lists(_ITEM, min_size=2, max_size=9), st.sampled_from(["，", "。", "；", ""]))
def test_an_enumeration_of_so_many_things_is_counted(items: list[str], end: str) -> None:
    assert enumerations("、".join(items) + end) == [len(items)]
    assert len(items) in enumerations("、".join(items[:-1]) + "和" + items[-1] + end) or len(items) == 2
    assert enumerations("".join(f"“{item}”" for item in items)) == [len(items)]


@given(SPEECH_LIKE)
def test_enumerations_name_two_things_at_least(text: str) -> None:
    assert all(size >= 2 for size in enumerations(text))


@pytest.mark.parametrize(
    ("text", "after", "explained"),
    [
        ("实行“三色督办”，让企业办事心里有数、路上有人帮、结果有人管", "各部门要支持。", False),
        ("“三色督办”就是按期亮绿牌、超期亮红牌", "", True),
        ("“三色督办”：按期亮绿牌，超期亮红牌", "", True),
        ("我们把这个办法定为“三色督办”", "", True),
        ("各部门都要认真落实“三色督办”，不得打折扣，不得走过场", "即按期亮绿牌，超期亮红牌。", True),
        ("推行“三色督办”", "按期办结的亮绿牌。", True),
        ("推行“三色督办”", "", False),
        ("别的办法就是按老规矩办", "", False),
    ],
)  # fmt: skip
def test_a_definition_has_a_cue_before_it_or_behind_it(text: str, after: str, explained: bool) -> None:
    assert explains("三色督办", text, after) is explained


@pytest.mark.parametrize(
    ("text", "after", "listed"),
    [
        ("各级干部要落实“三个专班”，用过硬作风服务企业", "", False),
        ("组建审批专班、要素专班、诉求专班“三个专班”", "", True),
        ("组建审批专班、要素专班和诉求专班“三个专班”", "", True),
        ("组建审批专班、要素专班“三个专班”", "", False),
        ("“三个专班”即审批专班、要素专班、诉求专班", "", True),
        ("落实“三个专班”。", "一是审批专班。", True),
        ("落实“三个专班”。", "抓审批、抓要素、抓诉求。", True),
        ("落实“三个专班”。", "各级都要支持。", False),
        ("落实“三个专班”[12]，用过硬作风服务企业", "", True),
        ("组建审批专班、要素专班、诉求专班", "", False),
    ],
)  # fmt: skip
def test_a_numbered_term_has_its_members_before_it_or_behind_it(text: str, after: str, listed: bool) -> None:
    assert lists_members("三个专班", 3, text, after) is listed


def test_of_many_members_one_or_two_may_be_left_uncounted() -> None:
    text = "办好开办、用地、用水、用电、用气、报税“七件事”"
    assert lists_members("七件事", 7, text)
    assert not lists_members("五件事", 5, text.replace("七", "五").replace("、报税", "").replace("、用气", ""))


@pytest.mark.parametrize(
    ("question", "kind", "better", "worse"),
    [
        ("满意率是百分之多少？", "figure", "满意率达到百分之九十六", "满意率逐年上升"),
        ("满意率是百分之多少？", "figure", "满意率达到百分之九十六", "去年新办企业三千户"),
        ("由谁牵头？", "person", "由县商务局牵头办理", "事情要办好"),
        ("要抓哪三类难题？", "list", "解决用工、用地、用电难题", "解决用工、用地难题"),
        ("要抓哪些难题？", "list", "解决用工、用地、用电难题", "解决难题"),
        ("“三色督办”是什么意思？", "definition", "“三色督办”就是分色督办", "要抓好落实"),
        ("为什么要建台账？", "reason", "因为企业等不起", "台账建好了"),
        ("各有什么不同？", "comparison", "抓审批、抓服务", "抓审批"),
        ("原话怎么说的？", "quotation", "我多次讲过，企业是自己人", "企业增加了"),
    ],
)  # fmt: skip
def test_the_form_that_is_asked_for_counts_more(question: str, kind: QuestionKind, better: str, worse: str) -> None:
    asked = asked_for(question, kind)
    assert 0 <= answers_kind(worse, asked) < answers_kind(better, asked) <= 1


def test_a_fact_has_no_form() -> None:
    assert answers_kind("去年新办企业三千户", asked_for("台账在哪里？", "fact")) == 0


def test_blanked_figures_are_no_figures() -> None:
    asked = asked_for("新办多少户？", "figure")
    assert answers_kind("新办xx户", asked) == 0 < answers_kind("新办三千户", asked)


def test_the_figures_asked_for_are_marked_with_their_units() -> None:
    text = "新办企业三千二百户，满意率百分之九十六，减免7.6亿元，另有xx户待办"

    def marked(question: str) -> list[str]:
        return [text[start:end] for start, end in asked_places(text, asked_for(question, "figure"))]

    assert marked("新办多少户？") == ["三千二百户"]
    assert marked("满意率是百分之多少？") == ["百分之九十六"]
    assert marked("减免多少亿元？") == ["7.6亿元"]
    assert marked("都有多大？") == ["三千二百户", "百分之九十六", "7.6亿元"]


def test_who_is_in_charge_is_marked() -> None:
    text = "由县商务局牵头，请县税务局负责协助"
    asked = asked_for("由谁牵头？", "person")
    assert [text[start:end] for start, end in asked_places(text, asked)] == ["县商务局", "县税务局"]
    assert asked_places(text, asked_for("为什么？", "reason")) == []


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("聘请企业负责人作为营商环境“体验师”", []),
        ("请各单位负责同志带头接受监督", []),
        ("由县委组织部牵头办理", ["县委组织部"]),
        ("监督工作请县纪委负责", ["县纪委"]),
    ],
)
def test_a_word_in_front_of_a_person_in_charge_is_not_who_is_in_charge(text: str, marked: list[str]) -> None:
    places = asked_places(text, asked_for("那由谁来负责监督？", "person"))
    assert [text[start:end] for start, end in places] == marked


@given(SPEECH_LIKE, st.sampled_from(["新办多少户？", "百分之多少？", "投入多少亿元？", "第几？", "多大？"]))
def test_marks_lie_in_their_text_in_order(text: str, question: str) -> None:
    marks = asked_places(text, asked_for(question, "figure"))
    assert all(0 <= start < end <= len(text) for start, end in marks)
    assert all(one.start < other.start for one, other in pairwise(marks))


@pytest.mark.parametrize(
    ("text", "formality"),
    [
        ("刚才九位企业家作了发言", True),
        ("今天我们召开全县优化营商环境大会，就是要动员", True),
        ("同志们，下面讲三点", True),
        ("营商环境就是生产力", False),
        ("要在刚才的基础上再加力", False),
    ],
)
def test_how_a_meeting_goes_is_no_matter(text: str, formality: bool) -> None:
    assert is_formality(text) is formality


def test_members_may_stand_one_short_clause_ahead_of_their_term() -> None:
    text = "带头学习、带头调研、带头公开、带头守约、带头自律，做到“五带头”。"
    assert lists_members("五带头", 5, text)
    assert not lists_members("五带头", 5, "带头学习、带头调研，做到“五带头”。")
