"""Wording made questions as a person would: the telling clause of a sentence, without ornament, in plainer words.

A question that repeats its evidence measures nothing but string search, so adverbs, times and official turns go, and
some words are changed for those that people say.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

import rjieba

from askspeech.blanks import find_blanks
from askspeech.sentences import clause_spans

__all__ = [
    "asking",
    "clauses",
    "is_askable",
    "is_whole",
    "plain",
    "shortened",
    "telling_clause",
    "trimmed",
    "without_marker",
]

SHORTEST, LONGEST = 5, 22
_LONGEST_SLOGAN = 6

_NUMERAL = "一二三四五六七八九十"
_MARKER = re.compile(
    rf"^(?:第[{_NUMERAL}\d]+[章节部条](?:分)?|[（(]\s?[{_NUMERAL}\d]+\s?[）)]、?|[{_NUMERAL}]+\s?、|\d{{1,2}}\s?[.．、]"
    rf"|第[{_NUMERAL}]+(?:个?方面|[个点件项条])?[，、,：:是]?|其[{_NUMERAL}]+[，、,：:是]|[{_NUMERAL}]{{1,2}}(?:是|要|则)(?!{_NUMERAL}))\s*"
)
_LEADING = re.compile(
    "^(?:首先|其次|再次|最后|同时|此外|另外|因此|所以|但是?|不过|而且|并且|尤其是?|特别是|比如说?|例如|目前|当前|近年来|近期|下一步|"
    "今年以来|去年以来|今年|去年|明年|近三年|上半年|下半年|[一二三四五六七八九十\\d]{1,2}月底?前|年底前|"
    "坚决|切实|大力|全面|进一步|着力|深入|扎实|持续|不断|加快|全力|积极|认真|努力|主动|充分|始终|牢牢|有效|坚定不移地?|"
    "旗帜鲜明地?|真正|一定|务必|必须|应当|应该|需要|要|就是要|就要|也要|还要|更要|都要|就可以|就是|就|共(?!同)|"
    "累计|并(?![联行购轨且举重])|还|也|又|即|"
    "我们|大家|各级各部门|各部门|各级|全市上下|全县上下|全区上下|[，,、：:；;\\s])+"
)
_TRAILING = re.compile("[，,、：:；;。！!？?\\s]+$")
_INSIDE = (
    "坚决",
    "切实",
    "大力",
    "进一步",
    "着力",
    "扎实",
    "持续",
    "不断",
    "全力",
    "积极",
    "认真",
    "努力",
    "已经",
    "先后",
)
_UNFINISHED = re.compile(
    "^(?:个(?![体人别案])|这|那|其|该|才能|除|越|仅以|此|它|他|她|之|以及|说明|反映|一方面|另一方面|[^，]{0,6}(?:这一|这些|这个)|和|与|对此|为此|如果|虽然|尽管|只要|只有|不仅|无论|有的|使|让)|^(?:的|了|地|得)"
)
_UNENDED = re.compile("(?:的|和|与|及|或|在|从|对|把|被|为|以|到|向|由|于|等|是|说|时|后|前|中|下|我们|他们)$")
_APPROXIMATE = re.compile("(?:不到|不足|将近|接近|大约|超过|高达|仅有|仅|近|约|超)(?=多少|百分之多少)")
_CUT_BEHIND = ("v", "d", "ad", "vd", "t")
"""Verbs, adverbs, times: a noun belongs to the noun behind it."""
_HOLDING = re.compile("[把将对从在向以为被让使按和与及、]")
"""What holds the words behind it: nothing is cut off that ends with one of these, or comes later."""
_OURS = re.compile("[我全]([省市州县区镇乡局])(?![民场长级域面])")
_PLAINER_PAIRS = """
群众=老百姓 企业家=老板 税费=税和费 补贴=补助 措施=办法 举措=办法 途径=办法 困难=难处 短板=弱项
职责=责任 拖欠=欠 建立=建 设立=设 开设=设 构建=建 组建=组 选派=派 抽调=抽 力争=争取 严禁=不准
杜绝=不许有 降低=降 提升=提高 提高=提升 办结=办完 予以=给 给予=给 开展=搞 缩短=减少 缴纳=交
收取=收 加强=抓好 强化=抓好 推行=实行 推进=推动 推动=推进 优化=改善 破解=解决 化解=解决
整治=治理 健全=完善 培育=培养 营造=创造 打造=建成 畅通=打通 紧盯=盯住 保障=保证
弘扬=发扬 帮助=帮 发放=发 修建=修 受理=接 兑现=落实 压实=落实 铺设=铺 新建=新修 安装=装
认定=评上 新增=增加 增长=涨了 下降=降了 减免=免掉 配备=配 召开=开 举办=办 担任=当 收到=接到
处罚=罚 考核=考评 检查=查 明确=讲清
"""
_PLAINER: Mapping[str, str] = MappingProxyType(dict(pair.split("=") for pair in _PLAINER_PAIRS.split()))


def without_marker(text: str) -> str:
    """A heading or sentence without the marks of its place in a series: 一、（二）三是 第四，"""
    bare = "".join(text.split())
    while found := _MARKER.match(bare):
        bare = bare[found.end() :]
    return bare


def clauses(text: str) -> Iterator[str]:
    """The clauses of a sentence, cut at commas and colons but not between the items of a row."""
    open_clause = ""
    for start, end in clause_spans(text):
        open_clause += text[start:end]
        if not open_clause.endswith("、"):
            yield open_clause
            open_clause = ""
    if open_clause:
        yield open_clause


def telling_clause(text: str, weight: Callable[[str], float]) -> str | None:
    """The clause of a heading or sentence that weighs most, trimmed; None where none can be asked about."""
    candidates = [trimmed(clause) for clause in clauses(without_marker(text))]
    askable = [clause for clause in candidates if is_askable(clause)]
    return max(askable, key=weight, default=None)


def trimmed(clause: str) -> str:
    """A clause without what leads into it, its ornament and its stops; 我市 → 市里."""
    bare = _TRAILING.sub("", _LEADING.sub("", without_marker(clause)))
    for ornament in _INSIDE:
        bare = bare.replace(ornament, "")
    return _OURS.sub(r"\1里", bare)


def is_askable(clause: str, shortest: int = SHORTEST, longest: int = LONGEST) -> bool:
    """Whether a clause can stand in a question: of fit length, whole, no row of slogans, without blanks."""
    row = clause.split("、")
    slogans = len(row) > 1 and len(row[0]) <= _LONGEST_SLOGAN and len({len(part) for part in row}) == 1
    cut = slogans or _UNFINISHED.search(clause) or _UNENDED.search(clause)
    return shortest <= len(clause) <= longest and is_whole(clause) and not cut and not any(find_blanks(clause))


def shortened(phrase: str, still_tells: Callable[[str], bool]) -> str:
    """The shortest end of a phrase, half of it at least, that tells as much: a person leaves out what goes before.

    It is cut behind a verb, an adverb or a time, never within a row or a quotation.
    """
    found = phrase
    at = 0
    for (word, kind), (following, _) in pairwise(rjieba.tag(phrase)):
        at += len(word)
        rest = phrase[at:]
        if len(rest) < max(SHORTEST, len(phrase) / 2) or _HOLDING.search(phrase[:at] + "、" * ("、" in rest)):
            break
        apart = kind in _CUT_BEHIND and min(len(word), len(following)) > 1
        if apart and is_askable(rest, longest=len(rest)) and still_tells(rest):
            found = rest
    return found


def is_whole(text: str) -> bool:
    """Whether whatever is opened in a text, a quotation or a bracket, is closed there too."""
    return all(text.count(left) == text.count(right) for left, right in ("“”", "《》", "（）", "()", "‘’"))


def plain(phrase: str) -> str:
    """A phrase in the words that people say: 群众 → 老百姓, 设立 → 设; what stands in quotation marks stays."""
    # At the end a word stands as it is: 台账的建立 is no 台账的建.
    last = len(phrase) - len(rjieba.cut(phrase)[-1]) if phrase else 0
    parts = _by_quotation(phrase[:last])
    return "".join(part if quoted else _plain_words(part) for part, quoted in parts) + phrase[last:]


def _plain_words(text: str) -> str:
    return "".join(_PLAINER.get(word, word) for word in rjieba.cut(text))


def asking(text: str) -> str:
    """A question for a figure without what makes the figure a rough one: 不到多少 → 多少."""
    return _APPROXIMATE.sub("", text)


def _by_quotation(phrase: str) -> Iterator[tuple[str, bool]]:
    for part in re.split("([“《][^”》]*[”》])", phrase):
        yield part, part[:1] in ("“", "《")
