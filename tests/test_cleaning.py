"""Canonical text to reading text: cleaning deletes, and what it deletes it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import any_texts

from askspeech.cleaning import BLANK_SPACE, LINE_BREAK, clean
from askspeech.datatypes import Drop, Layout, Span, Unit, slices
from askspeech.formats.extracted import TextBuilder


def dropped(text: str) -> list[tuple[str, str]]:
    """What is dropped of a text beyond white space, with the reasons."""
    return [
        (text[drop.span.start : drop.span.end], drop.reason)
        for drop in clean(text).drops
        if drop.reason not in (LINE_BREAK, BLANK_SPACE)
    ]


def paragraphs(text: str) -> list[str]:
    reading = clean(text).reading
    return [reading.text[start:end] for start, end in reading.paragraphs]


@given(any_texts())
def test_slices_and_drops_tile_the_text(text: str) -> None:
    cleaned = clean(text)
    at = 0
    for span in sorted([*cleaned.reading.slices, *(drop.span for drop in cleaned.drops)]):
        assert span.start == at
        assert span.end > at
        at = span.end
    assert at == len(text)
    assert all(drop.reason for drop in cleaned.drops)
    assert cleaned.reading.text == slices(text, cleaned.reading.slices)


@given(any_texts())
def test_drops_for_white_space_hold_nothing_else(text: str) -> None:
    for drop in clean(text).drops:
        if drop.reason in (LINE_BREAK, BLANK_SPACE):
            assert not text[drop.span.start : drop.span.end].strip().strip("\ufeff\u200b").strip()


@given(any_texts())
def test_paragraphs_are_all_of_the_reading_text_but_one_character_between_two(text: str) -> None:
    reading = clean(text).reading
    edges = [-1, *(edge for span in reading.paragraphs for edge in span), len(reading.text) + 1]
    assert all(start < end for start, end in reading.paragraphs)
    if reading.text:
        assert all(end - start == 1 for start, end in zip(edges[::2], edges[1::2], strict=True))


@given(any_texts(), st.data())
def test_every_range_of_the_reading_text_maps_back(text: str, data: st.DataObject) -> None:
    reading = clean(text).reading
    start = data.draw(st.integers(0, len(reading.text)))
    end = data.draw(st.integers(start, len(reading.text)))
    assert slices(text, reading.source_spans(start, end)) == reading.text[start:end]


@given(any_texts())
def test_gaps_are_dropped_lines(text: str) -> None:
    cleaned = clean(text)
    spans = {drop.span for drop in cleaned.drops}
    places = [at for at, _ in cleaned.gaps]
    assert places == sorted(places)
    assert all(gap.span in spans and 0 <= at <= len(cleaned.reading.text) for at, gap in cleaned.gaps)


def test_a_page_break_inside_a_sentence_is_closed() -> None:
    text = "今年全县要把拖欠企业的账款一笔一笔清理干净，不留尾\n\n- 3 -\n\n巴，让企业放心。\n\n下一段。"
    assert paragraphs(text) == ["今年全县要把拖欠企业的账款一笔一笔清理干净，不留尾巴，让企业放心。", "下一段。"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\f", "\v", "\x85", "\u2028", "\u2029", "\n\n", " \r\n　\r\n"])
def test_every_kind_of_line_break_parts_paragraphs(ending: str) -> None:
    assert paragraphs(f"第一段。{ending}第二段。") == ["第一段。", "第二段。"]


def test_words_in_latin_letters_stay_apart_where_lines_are_joined() -> None:
    assert paragraphs("the whole county wants one window for every \nservice of the state") == [
        "the whole county wants one window for every service of the state"
    ]
    assert paragraphs("the whole county wants one window for every\nservice of the state") == [
        "the whole county wants one window for every\nservice of the state"
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("- 12 -", "page number"),
        ("第 2 页 共 6 页", "page number"),
        ("3/15", "page number"),
        ("Page 4 of 9", "page number"),
        ("更新时间:2024-03 来源:网友投稿", "site line"),
        ("当前位置：首页 > 讲话", "site line"),
        ("上一篇：在云陵市座谈会上的发言", "site line"),
        ("扫码加入写作交流群，每天更新三十篇！", "advertisement"),
        ("会员群：123456", "advertisement"),
        ("仅供学习 禁止外传", "disclaimer"),
        ("说明：本文由小编从公开渠道整理，人名地名已作处理，请勿转载。", "disclaimer"),
        ("---此处隐藏4321字,下载后查看---", "hidden part"),
        ("……下载后查看全文……", "hidden part"),
    ],
)
def test_a_line_that_is_no_speakers_is_dropped(line: str, reason: str) -> None:
    text = f"青禾县的讲话到这里。\n{line}\n下面接着讲下一个问题。"
    assert dropped(text) == [(line, reason)]


@pytest.mark.parametrize(
    "line",
    [
        "全县上下要更加群策群力，把营商环境抓上去。",
        "请大家踊跃参加群众评议活动。",
        "（三）推行“扫码入企”",
        "群众只要扫码就能办成事。",
        "去年窗口办件量是12345件。",
        "来源于群众的意见，要一条一条回复。",
        "作者是一位老工人。",
        "会后请下载政策清单，逐条对照。",
        "这些资料大家下载后阅读，三天之内报体会。",
        "上面几条隐藏的问题，要一个一个挖出来。",
        "第三页讲的是欠账。",
        "说明：这项工作由县财政局牵头。",
        "要注意保密纪律，也要敞开大门。",
        "以上几点想法，仅供参考。",
        "县里开通了微信公众号，企业可以随时提意见。",
    ],
)
def test_a_speakers_line_is_kept(line: str) -> None:
    assert dropped(f"青禾县的讲话到这里。\n{line}\n下面接着讲下一个问题。") == []


def test_words_in_latin_letters_stay_apart_over_a_page_break() -> None:
    text = "the whole county wants one window for every\n- 3 -\nservice of the state"
    assert dropped(text) == [("- 3 -", "page number")]
    assert paragraphs(text) == ["the whole county wants one window for every\nservice of the state"]


def test_a_line_of_watermarks_alone_leaves_no_empty_paragraph() -> None:
    assert paragraphs("文稿小站\n" * 3 + "第一段。\n文稿小站 文稿小站\n第二段。") == ["第一段。", "第二段。"]


def test_a_line_that_stands_there_again_and_again_is_a_watermark() -> None:
    text = "文稿小站\n第一段讲成绩。\n文稿小站\n第二段讲问题。\n文稿小站\n"
    assert dropped(text) == [("文稿小站", "repeated line")] * 3
    assert dropped("第一段。\n谢谢大家！\n谢谢大家！\n谢谢大家！") == []


def test_the_size_of_a_hidden_part_is_taken() -> None:
    cleaned = clean("第一条讲清楚了。\n---此处隐藏4321字,下载后查看---\n九、最后一条。\n……下载后查看全文……")
    assert [(at, gap.characters) for at, gap in cleaned.gaps] == [(9, 4321), (len(cleaned.reading.text), None)]
    assert cleaned.reading.text[9:] == "九、最后一条。"


def test_stray_markdown_goes_and_blanks_stay() -> None:
    assert paragraphs("## 一、抓好**四件小事**\n\n> 讲完了。") == ["一、抓好四件小事", "讲完了。"]
    assert paragraphs("增长*%，税收**亿元，排第*名。") == ["增长*%，税收**亿元，排第*名。"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\ufeff", "\ufeff\n\u200b"])
def test_nothing_to_read(text: str) -> None:
    reading = clean(text).reading
    assert (reading.text, reading.slices, reading.paragraphs) == ("", (), ())
    assert [drop.span for drop in clean(text).drops] == ([Span(0, len(text))] if text else [])


def test_words_of_a_link_that_stand_there_again_and_again_are_the_speakers() -> None:
    text = "\n".join(["今天讨论《", "水库条例", "》，大家都看过了。"] * 4)
    assert "repeated line" not in {reason for _, reason in dropped(text)}
    assert clean(text).reading.text.startswith("今天讨论《水库条例》，大家都看过了。")


def test_figures_on_lines_of_their_own_are_no_page_numbers() -> None:
    assert dropped("去年细颗粒物浓度也就是PM\n10\n下降了一成，全县都看得见。") == []
    assert dropped("- 3 -\n今天开会。") == [("- 3 -", "page number")]


def test_the_space_behind_an_articles_number_stays() -> None:
    text = "第五条 中国公民都可以在青禾县 办事大厅申请登记，窗口应当当天受理，当天答复。"
    assert clean(text).reading.text.startswith("第五条 中国公民都可以在青禾县办事大厅")


@pytest.mark.parametrize(
    "line",
    [
        *(
            "时间：2031-02-09",
            "2031-02-02 09:20",
            "来源：",
            "（来源：青禾日报）",
            "您的位置：",
            "首页 > 政务",
            "【字体：",
            "大",
        ),
        *("扫一扫在手机打开当前页", "相关链接>>", "分享到微信", ">", "县长作报告。本报记者 周大山 摄"),
    ],
)
def test_a_sites_furniture_is_dropped(line: str) -> None:
    assert [text for text, _ in dropped(f"{line}\n今天开会。")] == [line]


@pytest.mark.parametrize("line", ["时间：今天下午三点，大家不要迟到。", "大家好", "分享三点体会", "首页要放办事指南。"])
def test_a_speakers_words_that_look_like_furniture_stay(line: str) -> None:
    assert dropped(f"{line}\n今天开会。") == []


def test_a_year_that_a_line_break_cut_off_is_no_page_number() -> None:
    text = "这件事要一件一件办好，不能拖，最迟办到\n2024\n年底，由县政府每周调度。\n\n- 2024 -\n\n12\n\n要说到做到。"
    assert "2024" in clean(text).reading.text
    assert [text[drop.span.start : drop.span.end] for drop in clean(text).drops if drop.reason == "page number"] == [
        "- 2024 -",
        "12",
    ]


@pytest.mark.parametrize(
    ("text", "reading", "at", "characters"),
    [
        pytest.param("先登记。---此处隐藏35字---再验收。", "先登记。再验收。", 4, [35], id="inside a line"),
        pytest.param("先登记。---此处隐藏35字---\n再验收。", "先登记。\n再验收。", 4, [35], id="at the end of a line"),
        pytest.param("先登记。\n（此处隐藏35字）\n再验收。", "先登记。\n再验收。", 5, [35], id="in brackets, a line"),
        pytest.param("先登记。（此处隐藏35字）再---以下省略6字---验收。", "先登记。再验收。", 4, [35, 6], id="two"),
    ],
)
def test_a_note_of_a_hidden_part_is_a_gap_and_no_words(text: str, reading: str, at: int, characters: list[int]) -> None:
    cleaned = clean(text)
    assert cleaned.reading.text == reading
    assert cleaned.gaps[0][0] == at
    assert [gap.characters for _, gap in cleaned.gaps] == characters
    assert all("字" in text[gap.span.start : gap.span.end] for _, gap in cleaned.gaps)


def laid_out(lines: list[tuple[str, str]], unit: Unit = "paragraph", pages: tuple[int, ...] = ()) -> tuple[str, Layout]:
    """Lines with the reason why each is furniture, and the layout that says so; `pages` begin at these lines."""
    builder = TextBuilder(unit)
    for number, (line, reason) in enumerate(lines):
        if number in pages:
            builder.begin_page()
        builder.add(line, reason)
    extracted = builder.extracted()
    return extracted.text, extracted.layout


def test_what_a_reader_saw_to_be_furniture_is_dropped_for_its_reason() -> None:
    text, layout = laid_out([("青禾县政府网", "page navigation"), ("同志们：", ""), ("青禾县政府网是新办的。", "")])
    cleaned = clean(text, layout=layout)
    assert cleaned.reading.text == "同志们：\n青禾县政府网是新办的。"
    assert Drop(Span(0, 6), "page navigation") in cleaned.drops


def test_a_paragraph_goes_on_behind_the_furniture_of_a_page() -> None:
    lines = [("各部门要在六月底以前把台账建", ""), ("青禾县材料", "running head"), ("— 2 —", "page number")]
    text, layout = laid_out([*lines, ("起来。", "")], "page", (0, 1))
    assert clean(text, layout=layout).reading.text == "各部门要在六月底以前把台账建起来。"


PARAGRAPHS = ["青禾县优化营商环境工作会议", "关于下一步工作打算和几点要求", "今年以来，全县新登记企业三百户。"]


def test_paragraphs_of_a_word_file_stay_apart_without_a_full_stop() -> None:
    text, layout = laid_out([(line, "") for line in PARAGRAPHS])
    assert clean(text, layout=layout).reading.text.split("\n") == PARAGRAPHS
    assert clean(text).reading.text.count("\n") < len(PARAGRAPHS) - 1  # as lines they might have been cut


def test_cut_lines_pasted_into_a_word_file_are_joined() -> None:
    whole = "这几年全县上下一起动手抓环境，办证快了，收费少了，企业家愿意来了，可是跟先进地方比差距还不小。" * 3
    pasted = [whole[at : at + 22] for at in range(0, len(whole), 22)]
    text, layout = laid_out([(line, "") for line in pasted])
    assert clean(text, layout=layout).reading.text == whole


CUT = [
    "一是把审批搬到了一",
    "块办，企业少跑十几趟路。",
    "最难的几件事先办了，名次上来了，可是干部队伍有",
    "疲态，这要改。",
]


def test_paragraphs_between_page_numbers_were_cut_where_pages_ended() -> None:
    numbers = [("第 2 页 共 6 页", ""), ("第 3 页 共 6 页", "")]
    text, layout = laid_out([(CUT[0], ""), numbers[0], (CUT[1], ""), (CUT[2], ""), numbers[1], (CUT[3], "")])
    assert clean(text, layout=layout).reading.text == f"{CUT[0]}{CUT[1]}\n{CUT[2]}{CUT[3]}"
    text, layout = laid_out([(line, "") for line in CUT[2:]])
    assert clean(text, layout=layout).reading.text == "\n".join(CUT[2:])


def test_traditional_text_is_cleaned_by_the_same_rules_and_shown_as_it_is() -> None:
    text = (
        "在青禾縣大會上的講話\n更新時間：2031-03-05\n同志們：\n今天開會。\n---此處隱藏2130字,下載後查看---\n謝謝大家！"
    )
    cleaned = clean(text)
    assert cleaned.reading.text == "在青禾縣大會上的講話\n同志們：\n今天開會。\n謝謝大家！"
    assert cleaned.reading.plain == "在青禾县大会上的讲话\n同志们：\n今天开会。\n谢谢大家！"
    assert [gap.characters for _, gap in cleaned.gaps] == [2130]
