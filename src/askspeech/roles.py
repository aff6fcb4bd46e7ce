"""Who does it to whom, and which is the more: a sentence that turns around what a text says of two."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from askspeech.faults import Fault
from askspeech.lexicon import likeness
from askspeech.statements import Statement

__all__ = ["role_faults"]

_PARTY = (
    "(?:大|小|小微|中小|中小微|民营|国有|骨干|龙头|下游|上游)?企业|(?:职能|主管|监管)?部门|干部|政府|银行|群众|财政|[省市县区乡镇村]里|乡镇|园区|商会|客商|开发商"
    "|业主|供应商|公司|农户|居民|学校|医院|法院|窗口|领导|员工|职工|老板|企业家|县区|街道|商户"
)
_WHO, _WHOM = f"(?P<who>{_PARTY})", f"(?P<whom>{_PARTY})"
_VERB = "(?P<verb>[一-鿿]{2})"
_DONE = (
    re.compile(
        f"{_WHO}[^,。;:!?被]{{0,4}}?(?:给|向|对|为|帮|替)(?:各|每个|全体|这些|所有)?{_WHOM}(?:来|去|进行|做)?{_VERB}"
    ),
    re.compile(f"{_WHOM}[^,。;:!?]{{0,4}}?被{_WHO}{_VERB}"),
    re.compile(
        f"{_WHO}(?:要|会|经常|不能|不得|长期)?(?P<verb>拖欠|监督|评价|评议|考核|服务|联系|帮助|检查|补贴|支持|投诉|起诉|举报|约谈|邀请|委托){_WHOM}"
    ),
)
_MORE, _LESS = "高多快大强好贵早长优", "低少慢小弱差廉晚短劣"
_COMPARED = re.compile(
    "(?:^|[,。;:!?])(?P<one>[^,。;:!?比]{2,12}?)(?:要|都|也|却|还)?,?(?<![相占之对环同])比(?![例重较如方])"
    f"(?P<other>[^,。;:!?比]{{2,12}}?)(?:要|都|还|更)?(?P<more>[{_MORE}{_LESS}])"
)
_SAME_VERB = 0.75


@dataclass(frozen=True, slots=True)
class _Deed:
    """Who does something, to or for whom, and what."""

    who: str
    whom: str
    verb: str


def role_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Deeds and comparisons of a sentence that the texts have the other way round only."""
    theirs = [deed for text in evidence for deed in _deeds(text)]
    for ours in _deeds(sentence):
        same = [deed for deed in theirs if likeness(ours.verb, deed.verb) >= _SAME_VERB]
        straight = any(ours.who == deed.who or ours.whom == deed.whom for deed in same)
        if not straight and any(ours.who == deed.whom or ours.whom == deed.who for deed in same):
            yield Fault("direction", f"{ours.who}{ours.verb}{ours.whom}")
    yield from _compared(sentence, evidence)


@lru_cache(maxsize=1024)
def _deeds(of: Statement) -> tuple[_Deed, ...]:
    found = (one for pattern in _DONE for one in pattern.finditer(of.text))
    return tuple(_Deed(one["who"], one["whom"], one["verb"]) for one in found)


def _compared(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """甲比乙高 where the texts have 乙比甲高 or 甲比乙低."""
    theirs = [found for text in evidence for found in _COMPARED.finditer(text.text)]
    for ours in _COMPARED.finditer(sentence.text):
        for its in theirs:
            straight = _shared(ours["one"], its["one"]), _shared(ours["other"], its["other"])
            turned = _shared(ours["one"], its["other"]), _shared(ours["other"], its["one"])
            contrary = (ours["more"] in _MORE) != (its["more"] in _MORE)
            more, less = (straight, turned) if contrary else (turned, straight)
            if min(more) and sum(more) > sum(less):
                yield Fault("direction", ours[0].strip(",。;:!?"))
                return


def _shared(one: str, other: str) -> int:
    return sum(one[at : at + 2] in other for at in range(len(one) - 1))
