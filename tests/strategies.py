"""Hypothesis strategies: texts shaped like speeches, and like what files make of them. Every place is invented."""

from hypothesis import strategies as st

CLAUSES = (
    "要把青禾县的窗口服务办好",
    "云陵市的企业来了不走",
    "审批时间压到九个工作日",
    "谁的问题谁来答复",
    "service centre",
    "the one-stop window",
    "全县上下同心干",
    "主要有以下几个方面",
    "2023年完成投资12.5亿元",
    "给企业xx万元",
    "增长*%",
    "XXX同志讲得好",
    "在第**名",
)
MARKERS = (
    *("第一章 ", "第二章 ", "第一条 ", "第二条　", "一、", "二、", "三、", "十一、", "（一）", "（二）", "(三)"),
    *("1.", "2．", "3、", "（1）", "(2)", "①", "②", "③", "第一，", "第二，", "第三是", "一是", "二是", "三是"),
    *("一要", "二要", "三要", "五要", "十九、", "第三部分"),
)
TITLES = (
    "在青禾县优化营商环境大会上的讲话",
    "在云陵市企业家座谈会上的发言",
    "关于青禾县几项工作的报告",
    "青禾县工作要点汇编",
    "（2023年2月6日）",
    "——在全县会议上",
)
SALUTATIONS = ("同志们：", "各位代表：", "各位企业家、同志们：", "尊敬的云陵市领导，女士们、先生们：")
NOISE = (
    *("- 3 -", "第 2 页 共 6 页", "12", "文稿小站", "当前位置：首页", "仅供学习", "扫码加群领取"),
    *("---此处隐藏42字,下载后查看---", "以下省略300字", "下载后查看全文", "## ", "> ", "**"),
)
CLOSINGS = ("谢谢大家！", "同志们，让我们一起干！", "最后，祝大家身体健康！")
PUNCTUATION = ("，", "。", "；", "：", "！", "？", "、", "“", "”", "（", "）", "《", "》", "…", "—", ",", ".", "!", "?")
BREAKS = ("\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\f", "\v", "\x85", "\u2028", "\u2029", "\n　　", "\n      ", " \n")
ODD = (
    " ",
    "　",
    "\t",
    "\xa0",
    "\ufeff",
    "\u200b",
    "é",
    "e\u0301",
    "𠮷",
    "👩\u200d💻",
    "㈠",
    "\x1c",
    "\x00",
    "\ud800",
    "\udfff",
)

_INSIDE = st.sampled_from((*CLAUSES, *MARKERS, *PUNCTUATION, *ODD))
_WHOLE_LINES = st.sampled_from((*TITLES, *SALUTATIONS, *NOISE, *CLOSINGS))
_SENTENCES = st.builds(
    "{}{}{}".format, st.sampled_from(("", *MARKERS)), st.sampled_from(CLAUSES), st.sampled_from("。；，：")
)
_REPEATED = st.builds(lambda part, times: part * times, st.one_of(_SENTENCES, _INSIDE), st.integers(2, 40))
_PARAGRAPHS = st.one_of(
    _WHOLE_LINES,
    st.lists(_SENTENCES, min_size=4, max_size=12).map("".join),
    st.lists(st.one_of(_SENTENCES, _INSIDE, _WHOLE_LINES), min_size=1, max_size=12).map("".join),
    _REPEATED,
)


def _joined(parts: list[tuple[str, str]]) -> str:
    return "".join(paragraph + line_break for paragraph, line_break in parts)


def speech_texts(longest: int = 16) -> st.SearchStrategy[str]:
    """Texts of at most that many paragraphs: titles, salutations, outlines, noise, every kind of line break."""
    usual = st.lists(st.tuples(_PARAGRAPHS, st.just("\n")), min_size=4, max_size=longest)
    mixed = st.lists(st.tuples(_PARAGRAPHS, st.sampled_from(BREAKS)), min_size=4, max_size=longest)
    return st.one_of(usual, mixed).map(_joined)


def _outline(steps: list[tuple[str, bool, str]]) -> str:
    """Items of several styles: each goes on with the numbers of its style, or begins at one again."""
    numbers: dict[str, int] = {}
    parts = []
    for style, again, words in steps:
        numbers[style] = 1 if again else numbers.get(style, 0) % 9 + 1
        parts.append(
            style.replace("一", "一二三四五六七八九"[numbers[style] - 1]).replace("1", str(numbers[style])) + words
        )
    return "导语。" + "".join(parts)


def outlines(longest: int = 30) -> st.SearchStrategy[str]:
    """Enumerations of two or three styles, on lines of their own and inside them, in and out of order."""
    styles = st.sampled_from(("一是", "一要", "（1）", "一、", "（一）", "第一，", "①", "1. ", "第一章 "))
    words = st.sampled_from(
        ("甲乙。", "丙；", "丁：", "己。\n", "庚\n", "辛。\n导语：\n", "壬。\n同志们，癸。\n", "子" * 70 + "。")
    )
    again = st.sampled_from((False, False, False, True))

    def texts(chosen: list[str]) -> st.SearchStrategy[str]:
        return st.lists(st.tuples(st.sampled_from(chosen), again, words), min_size=8, max_size=longest).map(_outline)

    return st.lists(styles, min_size=2, max_size=3).flatmap(texts)


def any_texts() -> st.SearchStrategy[str]:
    """Speech-like texts, and any characters at all, lone surrogates among them."""
    return st.one_of(speech_texts(), outlines(), st.text(max_size=60))
