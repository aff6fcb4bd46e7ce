"""Is what a question asks for in the candidates found, or only its topic?"""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import made

from askspeech.asked import asked_for
from askspeech.datatypes import Gap, Hit, Span
from askspeech.question_kinds import kind_of
from askspeech.ranking import Ranked, candidates_of
from askspeech.sought import Known, sought
from askspeech.sufficiency import Verdict, judge

BLANKED = "去年全县新登记商户xx户，窗口办件满意率达到百分之九十六。"
FULL = "去年全县新登记商户三千户，窗口办件满意率达到百分之九十六。"


def verdict(question: str, hits: Sequence[Hit], scores: Sequence[float] = ()) -> Verdict:
    """The verdict on the candidates in their order, with those scores or all equal."""
    asked = asked_for(question, kind_of(question))
    candidates = candidates_of(hits, asked)
    found = [Ranked(one, score, 0.5, 0.5) for one, score in zip(candidates, scores or [9.0] * 99, strict=False)]
    return judge(question, asked, sorted(found, key=lambda one: -one.score))


def on(question: str, *texts: str) -> Verdict:
    """The verdict on sentences, each of a speech of its own."""
    hits = [
        made.hit(text, start=1000 * number, of=made.speech(f"第{number}次讲话")) for number, text in enumerate(texts)
    ]
    return verdict(question, hits)


def test_without_candidates_nothing_is_found() -> None:
    assert judge("台账由谁建？", asked_for("台账由谁建？", "person"), []) == Verdict("not_found")


def test_a_figure_that_is_given_is_an_answer() -> None:
    assert on("新登记商户多少户？", FULL) == Verdict("answered")


def test_a_figure_that_is_blanked_out_is_none() -> None:
    found = on("新登记商户多少户？", BLANKED)
    assert found.outcome == "blanked_out"
    assert found.place is not None
    assert found.place.text == BLANKED


def test_the_other_figure_of_the_sentence_may_be_asked_for() -> None:
    assert on("窗口办件满意率是百分之多少？", BLANKED).outcome == "answered"


def test_of_two_figures_one_may_be_missing() -> None:
    found = on("新登记商户多少户，满意率达到百分之多少？", BLANKED)
    assert (found.outcome, found.missing) == ("partly", ("户",))


def test_the_same_words_with_the_figure_are_better() -> None:
    found = on("新登记商户多少户？", BLANKED, FULL)
    assert found.outcome == "answered"
    assert found.better is not None
    assert found.better.text == FULL


def test_the_same_words_with_the_same_blank_and_another_figure_are_not() -> None:
    twin = BLANKED.replace("，窗口", "，帮扶困难商户八百户，窗口")
    assert on("新登记商户多少户？", BLANKED, twin).outcome == "blanked_out"
    assert on("新登记商户多少户？", BLANKED, "去年邻县新办工厂三千户，发展很快。").outcome == "blanked_out"


def test_a_twin_must_fill_every_blank_that_is_asked_for() -> None:
    both = BLANKED.replace("百分之九十六", "XX%")
    question = "新登记商户多少户，满意率达到百分之多少？"
    assert on(question, both).outcome == "blanked_out"
    assert on(question, both, FULL.replace("百分之九十六", "XX%")).outcome == "blanked_out"
    assert on(question, both, FULL).outcome == "answered"


def test_a_topic_without_a_figure_is_no_answer() -> None:
    text = "窗口办件满意率还要进一步提高。"
    assert on("窗口办件满意率是百分之多少？", text).outcome == "not_found"
    assert on("窗口办件满意率是百分之多少？", text, FULL).outcome == "answered"
    assert on("窗口办件满意率多久评一次？", "窗口办件满意率每季度评一次。").outcome == "answered"


def test_only_what_scores_near_the_best_is_read_for_a_figure() -> None:
    hits = [made.hit("窗口办件满意率还要进一步提高。"), made.hit(FULL, start=500)]
    question = "窗口办件满意率是百分之多少？"
    assert verdict(question, hits, [9.0, 8.0]).outcome == "answered"
    assert verdict(question, hits, [9.0, 2.0]).outcome == "not_found"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("各级干部要坚决落实“五带头”要求，用过硬的作风服务企业。", "not_found"),
        ("全县干部以带头学习、带头调研、带头服务、带头担当、带头自律“五带头”为准绳。", "answered"),
        ("各级干部要做到“五带头”，即带头学习、带头调研、带头服务、带头担当、带头自律。", "answered"),
        ("各级干部要做到“五带头”。带头学习、带头调研、带头服务、带头担当、带头自律。", "answered"),
    ],
)
def test_a_numbered_term_needs_its_members(text: str, outcome: str) -> None:
    assert on("“五带头”具体是哪五个带头？", text).outcome == outcome


def test_the_members_of_a_numbered_term_may_be_the_items_of_an_enumeration() -> None:
    outline = made.hit("落实“三色督办”\n一是亮绿牌督办。\n二是亮黄牌督办。\n三是亮红牌督办。", kind="outline", items=3)
    assert verdict("“三色督办”是哪三色？", [outline]).outcome == "answered"
    other = replace(
        outline, passage=replace(outline.passage, text=outline.passage.text.replace("三色督办", "阳光评标"))
    )
    assert verdict("“三色督办”是哪三色？", [other]).outcome == "not_found"


def test_a_list_that_is_only_named_by_its_number_is_not_found() -> None:
    assert on("要建立哪三项机制？", "要抓紧建立三项机制，推动工作落地见效。").outcome == "not_found"
    assert on("要建立哪三项机制？", "要建立三项机制：会商机制、督办机制、评议机制。").outcome == "answered"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("“银杏帮办”就是由专人替企业跑完全部手续，企业只进一扇门、只交一次件。", "answered"),
        ("我们把专人替企业跑完全部手续的这套做法定为“银杏帮办”，企业只进一扇门。", "answered"),
        ("推行“银杏帮办”。由专人替企业跑完全部手续。", "answered"),
        ("全县要继续把“银杏帮办”作为一件大事抓在手上，各部门都要认真支持配合。", "not_found"),
    ],
)
def test_a_term_is_defined_with_a_cue_or_under_its_heading(text: str, outcome: str) -> None:
    assert on("“银杏帮办”是什么意思？", text).outcome == outcome


def test_a_name_that_is_blanked_out() -> None:
    text = "县里第一家共享仓库交给了XX公司运营，商户已经开张。"
    assert on("共享仓库交给了哪家公司运营？", text).outcome == "blanked_out"
    assert on("共享仓库交给了哪家公司运营？", text.replace("XX", "银杏")).outcome == "answered"
    assert on("共享仓库为什么要建？", text).outcome == "answered"


SPEECH = made.speech("在栗阳县用水报装提速推进会上的讲话")
BESIDE = "用水报装的流程还要精简。"


def hidden(gap: Span, *, text: str = BESIDE, of_speech: bool = False) -> Hit:
    noted = Gap(gap, 99)
    told = replace(SPEECH, gaps=(noted,)) if of_speech else SPEECH
    return made.hit(text, start=100, of=told, gaps=() if of_speech else [noted])


@pytest.mark.parametrize(
    ("gap", "outcome"),
    [
        pytest.param(Span(112, 130), "part_hidden", id="right behind"),
        pytest.param(Span(113, 130), "part_hidden", id="in the next line"),
        pytest.param(Span(104, 104), "part_hidden", id="inside"),
        pytest.param(Span(140, 160), "answered", id="further on"),
        pytest.param(Span(80, 99), "answered", id="before"),
    ],
)
def test_what_is_hidden_right_behind_the_best_sentence(gap: Span, outcome: str) -> None:
    found = verdict("用水报装的流程怎么精简？", [hidden(gap)])
    assert found.outcome == outcome
    assert (found.place is not None) is (outcome == "part_hidden")


def test_a_speech_that_is_named_and_does_not_say_it_may_say_it_where_it_is_hidden() -> None:
    question = "栗阳县用水报装提速推进会上的讲话怎么评价夜间经济扶持基金？"
    assert verdict(question, [hidden(Span(500, 520), of_speech=True)]).outcome == "part_hidden"
    told = hidden(Span(500, 520), text="夜间经济扶持基金要抓紧设立，评价要好。", of_speech=True)
    assert verdict(question, [told]).outcome == "answered"
    assert verdict("怎么评价夜间经济扶持基金？", [hidden(Span(500, 520), of_speech=True)]).outcome == "answered"


def test_a_speech_whose_title_says_nothing_is_not_named() -> None:
    untitled = made.hit(BESIDE, start=100, of=replace(SPEECH, title="——", gaps=(Gap(Span(500, 520), 9),)))
    assert verdict("夜间经济扶持基金怎么设立？", [untitled]).outcome == "answered"


TEXTS = st.lists(
    st.sampled_from([BLANKED, FULL, BESIDE, "共享仓库交给了XX公司。", "要做到“五带头”。", "即带头学、带头干。"]),
    max_size=6,
)
QUESTIONS = st.sampled_from(
    ["新登记商户多少户，满意率百分之多少？", "“五带头”是哪五个？", "共享仓库交给了哪家公司？", "用水报装怎么办？"]
)


@given(TEXTS, QUESTIONS)
def test_a_place_is_told_where_something_is_missing_and_what_is_better_has_it(texts: list[str], question: str) -> None:
    found = on(question, *texts)
    assert (found.place is not None) is (found.outcome in ("blanked_out", "part_hidden", "partly"))
    assert bool(found.missing) is (found.outcome == "partly")
    assert found.better is None or (found.outcome == "answered" and "xx" not in found.better.text)


def seeking(question: str, *texts: str, nowhere: Sequence[str] = (), near: float = 0.0) -> Verdict:
    """The verdict where those words are in no passage, and come so near to those of any text."""
    asked = asked_for(question, kind_of(question))
    hits = [made.hit(text, start=1000 * number) for number, text in enumerate(texts)]
    found = [Ranked(one, 9.0 - at, 0.5, 0.5) for at, one in enumerate(candidates_of(hits, asked))]
    return judge(question, asked, found, Known(sought(question), frozenset(nowhere), lambda _word, _text: near))


GDP = "我县地区生产总值仅XX亿元，排在全市后面。"


def test_a_person_or_a_place_that_no_passage_names_is_not_found() -> None:
    text = "镇党委副书记何平每周二在村里现场办公。"
    assert seeking("王小明的办公室在哪里？", text, nowhere=["王小明"]) == Verdict("not_found")
    assert seeking("何平每周哪一天在村里办公？", text, nowhere=[]).outcome == "answered"
    figure = "去年全县地区生产总值86亿元。"
    assert seeking("清河县的地区生产总值是多少？", figure, nowhere=["清河"]) == Verdict("not_found")
    assert seeking("芦河县的地区生产总值是多少？", figure).outcome == "answered"


def test_the_blank_in_place_of_another_figure_is_none_of_what_is_asked_for() -> None:
    assert seeking("今年我县小麦产量是多少亿元？", GDP, nowhere=["小麦"]) == Verdict("not_found")
    assert seeking("今年我县小麦产量是多少亿元？", GDP) == Verdict("not_found")
    assert seeking("今年我县的生产总值是多少亿元？", GDP).outcome == "blanked_out"


def test_a_thing_that_is_nowhere_may_have_another_word_for_it() -> None:
    text = "全县有教师2400名。"
    assert seeking("全县有多少名园丁？", text, nowhere=["园丁"]) == Verdict("not_found")
    assert seeking("全县有多少名园丁？", text, nowhere=["园丁"], near=0.9).outcome == "answered"
    assert seeking("没有异议的有多少笔？", "无争议的欠款198笔。", nowhere=["异议"]).outcome == "answered"


def test_what_is_asked_of_another_year_or_day_needs_one() -> None:
    text = "宏泰轴承三十年磨一剑，产品出口到26个国家。"
    assert seeking("宏泰轴承哪一年上市的？", text) == Verdict("not_found")
    assert seeking("宏泰轴承哪一年上市的？", text + "2015年上市。").outcome == "answered"


def test_who_holds_an_office_must_be_named() -> None:
    assert seeking("县委书记叫什么名字？", "县委书记要亲自抓。") == Verdict("not_found")
    assert seeking("县委书记叫什么名字？", "县委书记要亲自抓。", "县委书记王建国讲了话。").outcome == "answered"
    blanked = seeking("县委书记叫什么名字？", "县委书记要亲自抓。", "县委书记XXX讲了话。")
    assert blanked.outcome == "blanked_out"
    assert blanked.place is not None
    assert "XXX" in blanked.place.text
