"""Answers without a chat model over a real index of invented speeches: what is answered, how, and what is refused."""

from collections.abc import Iterator

import pytest

from askspeech import Answer, Answerer, SpeechIndex, build_index
from askspeech.datatypes import Filters, slices
from askspeech.phrases import MISSING, NOT_FOUND, not_found

LIYANG = """在栗阳县优化营商环境工作会议上的讲话

同志们：

今天我们召开全县优化营商环境工作会议。下面，我讲几点意见。

一、看清形势，坚定信心

去年全县新登记个体工商户xx户，窗口办件满意率达到百分之九十六点五，群众的评价总体是好的。去年全县为企业减免水费XX万元，受到企业欢迎。县里第一家共享仓库交给了XX公司运营，首批入驻商户已经开张。

二、转变作风，做到“五带头”

各级干部要坚决落实“五带头”要求，用过硬的作风服务企业，让企业家安心经营、放心投资。

三、聚焦难点，实行“三色督办”

全县实行“三色督办”，就是对按期办结的事项亮绿牌，对临近超期的事项亮黄牌，对超期未办的事项亮红牌。

四、抓好四项帮扶

一是建立企业夜校。由县工业和信息化局牵头，每月组织两期培训，重点讲解合同管理、税务申报和安全生产。

二是开设出海服务台。由县商务局牵头，帮助外贸企业办理报关、退税、信用保险，做到当天受理、当天答复。

三是组织用工对接。由县人社局牵头，每季度到邻近县区举办招聘会，为企业招满一线工人。

四是推行阳光评标。由县公共资源交易中心牵头，评标过程全程录像，评标结果当天公示。

五、用水用气报装要再提速

用水用气报装的流程还要精简。

---此处隐藏1260字,下载后查看---

六、强化监督

纪检监察机关要受理企业的投诉，对故意刁难企业的人员严肃处理。

电力接入的审批流程按新办法执行。---此处隐藏88字--- 过去的老办法一律停止使用。
"""

WEITANG = """在苇塘县民营经济发展大会上的讲话

同志们：

开好这次会，目的是让民营企业轻装上阵。

一、把账算清楚

去年全县退税减费总额达到xx亿元，惠及民营企业四千二百户，是历年来力度最大的一次。营商环境没有最好，只有更好，要把企业的呼声作为第一信号。

二、把事办扎实

要落实“三个专班”。组建项目审批专班、要素保障专班、企业诉求专班，“三个专班”由副县长分别牵头。

苇塘县要在县政务大厅设立企业会客厅，每周三下午由县领导轮流接待企业家。
"""

LUMING = """在鹿鸣市优化营商环境推进会上的讲话

同志们：

这次推进会开到了企业车间，就是要听真话。

一、对照先进找差距

去年苇塘县退税减费总额达到7.6亿元，惠及民营企业四千二百户，是历年来力度最大的一次。营商环境没有最好，只有更好，要把企业的呼声作为第一信号。

二、围绕企业优服务

鹿鸣市要在市民中心设立企业会客厅，每周一上午由市领导轮流接待企业家，还要开通政企直通热线。
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    """Answers from an index of the three speeches."""
    folder = tmp_path_factory.mktemp("speeches")
    for name, text in (("liyang.txt", LIYANG), ("weitang.txt", WEITANG), ("luming.txt", LUMING)):
        (folder / name).write_text(text, encoding="utf-8", newline="")
    store = tmp_path_factory.mktemp("store")
    build_index([folder], store=store)
    with SpeechIndex.open(store) as index:
        yield Answerer(index)


def quoted(answer: Answer) -> list[str]:
    return [sentence.text for sentence in answer.sentences]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("栗阳县去年新登记个体工商户多少户？", "个体工商户xx户"),
        ("去年为企业减免水费多少万元？", "减免水费XX万元"),
        ("共享仓库交给了哪家公司运营？", "交给了XX公司"),
    ],
)
def test_what_is_blanked_out_is_shown_and_said(answers: Answerer, question: str, words: str) -> None:
    answer = answers.ask(question)
    assert answer.refused
    assert answer.outcome == "blanked_out"
    assert "隐去" in answer.text
    assert words in quoted(answer)[0]
    assert len(answer.citations) == 1


def test_the_figure_beside_a_blank_is_an_answer_in_part(answers: Answerer) -> None:
    answer = answers.ask("栗阳县去年新登记个体工商户多少户，窗口办件满意率是百分之多少？")
    assert answer.outcome == "partly"
    assert not answer.refused
    assert answer.text.endswith(MISSING["zh"])
    (sentence,) = answer.sentences
    assert [sentence.text[start:end] for start, end in sentence.marked] == ["百分之九十六点五"]


def test_what_one_speech_blanks_out_another_says(answers: Answerer) -> None:
    answer = answers.ask("去年退税减费总额达到多少亿元？")
    assert answer.outcome == "answered"
    assert "7.6亿元" in quoted(answer)[0]
    sentence = answer.sentences[0]
    assert [sentence.text[start:end] for start, end in sentence.marked] == ["7.6亿元"]


def test_a_numbered_term_that_is_only_named_is_not_found(answers: Answerer) -> None:
    answer = answers.ask("“五带头”具体是哪五个带头？")
    assert (answer.outcome, answer.text, answer.citations) == ("not_found", NOT_FOUND["zh"], ())
    assert answer.nearest


def test_a_numbered_term_whose_members_are_listed_is_answered(answers: Answerer) -> None:
    assert "项目审批专班、要素保障专班、企业诉求专班" in answers.ask("“三个专班”是哪三个专班？").text


def test_a_term_is_defined(answers: Answerer) -> None:
    answer = answers.ask("“三色督办”是什么意思？")
    assert answer.outcome == "answered"
    assert "就是对按期办结的事项亮绿牌" in answer.text


@pytest.mark.parametrize(
    ("question", "words", "note"),
    [
        ("用水用气报装的流程是怎么精简的？", "用水用气报装的流程还要精简。", "---此处隐藏1260字,下载后查看---"),
        ("电力接入的审批流程是怎样的？", "电力接入的审批流程按新办法执行。", "---此处隐藏88字---"),
    ],
)
def test_what_is_hidden_behind_a_sentence(answers: Answerer, question: str, words: str, note: str) -> None:
    answer = answers.ask(question)
    assert answer.outcome == "part_hidden"
    assert quoted(answer)[0] == words
    assert note in quoted(answer)


def test_a_list_comes_whole_under_its_heading(answers: Answerer) -> None:
    answer = answers.ask("要抓好哪四项帮扶？")
    assert answer.text.startswith(
        "《在栗阳县优化营商环境工作会议上的讲话》的“四、抓好四项帮扶”部分：\n一是建立企业夜校。"
    )
    assert [text[:2] for text in quoted(answer)] == ["一是", "二是", "三是", "四是"]
    assert "…" not in answer.text


def test_a_place_that_is_named_keeps_only_its_speeches(answers: Answerer) -> None:
    weitang, luming = (answers.ask(f"{place}的企业会客厅设在哪里？") for place in ("苇塘县", "鹿鸣市"))
    assert {citation.file for citation in weitang.citations} == {"weitang.txt"}
    assert {citation.file for citation in luming.citations} == {"luming.txt"}
    assert "县政务大厅" in weitang.text
    assert "市民中心" in luming.text


def test_borrowed_words_are_said_once(answers: Answerer) -> None:
    answer = answers.ask("要把谁的呼声作为第一信号？")
    assert answer.text.count("第一信号") == 1
    assert "（同样的话另见《" in answer.text
    assert answer.sentences[0].citations == (1, 2)
    assert {citation.file for citation in answer.citations[:2]} == {"weitang.txt", "luming.txt"}


def test_a_comparison_has_a_part_for_each_speech(answers: Answerer) -> None:
    answer = answers.ask("苇塘县大会和鹿鸣市推进会上分别怎样安排企业会客厅？")
    assert sorted(citation.file for citation in answer.citations) == ["luming.txt", "weitang.txt"]
    assert all("企业会客厅" in text for text in quoted(answer))
    assert answer.text.count("《") == 2


def test_who_is_in_charge_is_marked(answers: Answerer) -> None:
    answer = answers.ask("出海服务台由哪个部门牵头？")
    marked = [sentence.text[start:end] for sentence in answer.sentences for start, end in sentence.marked]
    assert marked == ["县商务局"]


def test_a_foreign_subject_is_not_found(answers: Answerer) -> None:
    assert answers.ask("红烧肉怎么做才好吃？").text == NOT_FOUND["zh"]


def test_under_filters_only_what_passes_them_is_said_to_be_without_an_answer(answers: Answerer) -> None:
    speeches = answers.index.search("营商环境", k=50).speeches
    for filters, kept in ((Filters(speech=(speeches[0].id,)), 1), (Filters(place=("没有这个地方",)), 0)):
        answer = answers.ask("红烧肉怎么做才好吃？", filters=filters)
        assert (answer.text, answer.search.kept) == (not_found("zh", kept), kept)
        assert answers.ask("How is braised pork cooked?", filters=filters).text == not_found("en", kept)


def test_every_citation_slices_back(answers: Answerer) -> None:
    for question in ("要抓好哪四项帮扶？", "要把谁的呼声作为第一信号？", "用水用气报装的流程是怎么精简的？"):
        for citation in answers.ask(question).citations:
            assert slices(answers.index.source(citation.source_id).text, citation.spans) == citation.quote
