"""Claims that need words of their own in the evidence: causes, 只 and 唯一, records, certainty, before and after."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from askspeech.faults import Fault, FaultKind
from askspeech.mentions import find_mentions
from askspeech.statements import Statement

__all__ = ["strong_claim_faults"]


@dataclass(frozen=True, slots=True)
class _Claim:
    """Words that claim something, in Chinese or English, and what one of the texts must have for it."""

    kind: FaultKind
    said: re.Pattern[str]
    rests: re.Pattern[str]


_RECORD = (
    "首创|首个|首家|首次|首位|首批|率先|第一(?:[个家位名]|(?=[,。;!]|$))|独一无二|独有|领先"
    "|名列前茅|榜首|夺魁|前所未有|史无前例|绝无仅有"
)
_RECORD_RESTS = re.compile(
    "[首最冠独头]|第一|[1一]号|唯一|率先|领先|带头|前列|前茅|破题|先行|开先|破天荒|从来没有|从未|没有过|前所未有|先河"
)
_CLAIMS = (
    _Claim(
        "words",
        re.compile(
            "之所以|(?:正|就|主要|都)?是因为|原因(?:就|主要)?(?:是|在于)|得益于|归功于|归因于|缘于|源于|根源(?:是|在于)|导致|造成了?(?!的)"
            "|\\bthanks to\\b|\\bbecause\\b|\\bdue to\\b|\\bowing to\\b|\\bas a result of\\b|\\bcaused by\\b"
        ),
        re.compile(
            "[因故由使让令致]|所以|根子|根本|根源|源于|缘|得益|得力|归功|说到底|关键|带来|造成|害|靠|有了|起来|就在于|为什么|怎么|结果|于是|才"
            "|才有|正是|在于|主要是|不是.+是|通过|带动|拉动|推动|促|受.*影响|影响|拖|卡在"
        ),
    ),
    _Claim(
        "scope",
        re.compile(
            "(?<![不一船])[只仅](?=[对向面限有由在从是针允接支适]|面向|为[^了])|唯一|独家|惟一|专属|仅限|唯有|除此之外"
            "|\\bonly\\b|\\bsolely\\b|\\bexclusively\\b|\\bthe sole\\b"
        ),
        re.compile(
            "[只仅唯惟独专]|[仅只]限|限于|限定|限(?=[本在])|光(?=[靠是有])|单单|除|(?<!人)才|不是|不对|不含|不包括|没有[^,。;]{0,8}以外|其他[^,。;]{0,6}[不没]|一家"
        ),
    ),
    _Claim("scope", re.compile(_RECORD), _RECORD_RESTS),
    _Claim(
        "scope",
        re.compile("(?:全国|全省|全球|世界|国内|亚洲)(?=[^,。;]{0,4}(?:首创|首[个家次位]|第一|唯一|最|领先|率先))"),
        re.compile("全国|国内|国家|全省|省|世界|全球|亚洲|各地|兄弟"),
    ),
    _Claim(
        "modality",
        re.compile(
            "(?<!不)(?:一定会|肯定会|必将|必定|必然会?|势必|注定|毫无疑问|板上钉钉|绝对会)"
            "|\\b(?:certainly|definitely|undoubtedly)\\b|\\binevitabl[ey]\\b|\\bwithout doubt\\b|\\bguaranteed to\\b"
        ),
        re.compile("一定|肯定|必[将定然须]|势必|坚决|确保|保证|决不|绝不|百分之百|注定|无疑|务必"),
    ),
    _Claim(
        "scope",
        re.compile(
            "\\b(?:every|all (?:the|of|its|small|companies|firms|departments|counties)|each|without exception)\\b"
        ),
        re.compile("[都每各全均逐凡皆]|所有|一切|任何|一律|统统|不管|无论|谁"),
    ),
)
_BESIDE = "(?:新区|开发区|[省市县区镇乡]|同志)?(?:之前|之后|以前|以后|前|后)(?![一-鿿]?[天年月进列期台])"
_BEFORE_ANOTHER = "(?:先于|早于|晚于|快于|慢于|高于|低于|多于|少于|优于|好于|超过|落后于|领先于?|不如|不及|赶不上|比)"
_AT_FIRST = "(?<![优率领首原事预抢争])先(?![进锋行后期])"
_FIRST = re.compile(_AT_FIRST + "(?P<first>[^,。;!?]{2,14}?),?(?:再|后|然后再?|最后|才)(?P<then>[^,。;!?]{2,14})")
_FIRST_ALONE = re.compile(_AT_FIRST + "(?P<first>[^,。;、!?再后]{2,14})")
_MOST_QUOTED = 20
_COMPARES = re.compile(
    "先于|早于|晚于|[比超先早晚最]|[高低多少快慢优好]于|领先|落后|第[一二三]|不如|不及|之[前后]|以[前后]|随后|然后|接着"
)


def strong_claim_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Words of a sentence that claim a cause, a record, exclusiveness or certainty of which no text has a sign."""
    for claim in _CLAIMS:
        found = claim.said.search(sentence.text)
        if found and not any(found[0] in text.text or claim.rests.search(text.text) for text in evidence):
            yield Fault(claim.kind, found[0])
    yield from _compared(sentence, evidence)
    yield from _reordered(sentence, evidence)


def _reordered(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """先甲后乙 where a text has 先乙."""
    for found in _FIRST.finditer(sentence.text):
        first, then = _pairs(found["first"]), _pairs(found["then"])
        for its in (_pairs(one["first"]) for text in evidence for one in _FIRST_ALONE.finditer(text.text)):
            if len(its & then) > len(its & first):
                yield Fault("direction", found[0][:_MOST_QUOTED])
                return


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def _compared(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """在甲县之前, 高于甲县: one named thing measured by another where the texts compare nothing."""
    named = {one.value for of in (sentence, *evidence) for one in find_mentions(of) if one.kind in ("place", "person")}
    if not named or any(_COMPARES.search(text.text) for text in evidence):
        return
    names = "|".join(map(re.escape, sorted(named)))
    if found := re.search(f"(?:{names}){_BESIDE}|{_BEFORE_ANOTHER}(?:{names})", sentence.text):
        yield Fault("direction", found[0])
