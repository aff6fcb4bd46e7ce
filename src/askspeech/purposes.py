"""What a question asks for, and what a part of a speech does: name problems, or say what is to be done. Pure.

A speech has both about the same topic and in the same words: 存在的问题, then 工作任务. Which of the two a part does is
told by its own words or by the nearest heading above it.
"""

import re
from collections.abc import Sequence
from typing import Literal

__all__ = ["Purpose", "asked_purpose", "told_purpose"]

Purpose = Literal["problems", "measures"]

_FAULTS = "问题|不足|短板|差距|毛病|弊端|薄弱环节|缺点|缺陷|困难|症结"
_TO_DO = "工作|任务|措施|举措|做法|办法|实事|抓手|要求|方面(?:发力|着手|入手|抓|推进|下功夫)"
_ASKED = re.compile(
    rf"(?:哪|(?<!为)什么|几)[^，。；？,?]{{0,8}}?(?:(?P<problems>{_FAULTS})|(?P<measures>{_TO_DO}))"
    rf"|(?:(?P<problems_first>{_FAULTS})|(?P<measures_first>{_TO_DO}))[^，。；？,?]{{0,4}}?(?:有哪|是哪|有什么|是什么)"
)
_ASKED_FAULTS = re.compile(
    r"哪[^，。；？,?]{0,6}没(?:干好|做好|做到)|\b(?:problems?|shortcomings?|weaknesses|deficienc\w+)\b", re.IGNORECASE
)
_ASKED_TO_DO = re.compile(
    r"(?:怎么|怎样|如何)(?:抓|做|办|改|推进|落实|解决|优化|打造|整治|破解|提升|加强|改善)|(?:要|该|应)(?:怎么|怎样|如何)"
    r"|\b(?:measures?|tasks?)\b",
    re.IGNORECASE,
)
_NAMES_FAULTS = re.compile(
    rf"(?:存在|面临|暴露|正视|查摆|还有|看到|指出)[^，。；]{{0,20}}(?:{_FAULTS})|(?:{_FAULTS})(?:依然|仍|还|也|比较|较|十分|很|突出|不少)|(?:{_FAULTS}|偏差)[。；;：:]?$"
    r"|[有亟]待|欠缺|依然存在|不同程度(?:地)?存在|还不|(?:单位|部门|地方|干部|同志|工作人员|乡镇|窗口)[^，。；]{0,8}(?:不作为|慢作为|推诿|扯皮|刁难)"
    r"|(?:不到位|不够(?:高|强|深|实|严|优)?|不强|不高|不深|不实|较[大差弱慢低]|差|弱|慢|低|淡薄|缺失|滞后|散|乱)[。；;]?$"
)
_TACKLES = re.compile(rf"(?:解决|破解|整治|整改|化解|针对|导向|补齐|消除|治理|攻克)[^，。；]{{0,20}}(?:{_FAULTS})?")
_MUST = re.compile("(?<![不需重主首纲摘简卡])要(?![求素点害件闻不])|必须|务必|应当|坚决")
_HEADED_TO_DO = re.compile(
    "任务|举措|措施|实事|抓好|做好|抓|推进|推动|强化|加强|聚焦|突出|着力|实施|落实|打造|建立|完善|健全|深化|提升|发力|优化"
)
_REASONS = re.compile("认识|意义|责任感|使命感|紧迫感|形势|成绩|回顾")


def asked_purpose(question: str) -> Purpose | None:
    """Whether a question asks for problems or for what is to be done; None where it does not say."""
    if _ASKED_FAULTS.search(question):
        return "problems"
    if found := _ASKED.search(question):
        return "problems" if found["problems"] or found["problems_first"] else "measures"
    return "measures" if _ASKED_TO_DO.search(question) else None


def told_purpose(text: str, headings: Sequence[str] = ()) -> Purpose | None:
    """Whether a part of a speech names problems or says what is to be done: by its own words, else the nearest heading.

    A sentence that asks for something does not name problems, though it may stand among them.
    """
    if not _MUST.search(text) and not _TACKLES.search(text) and _NAMES_FAULTS.search(text):
        return "problems"
    above = next((told for heading in reversed(headings) if (told := _headed(heading))), None)
    return above or ("measures" if _MUST.search(text) else None)


def _headed(heading: str) -> Purpose | None:
    """What the part under a heading does."""
    if _NAMES_FAULTS.search(heading) and not _MUST.search(heading) and not _TACKLES.search(heading):
        return "problems"
    if _REASONS.search(heading):
        return None
    return "measures" if _MUST.search(heading) or _HEADED_TO_DO.search(heading) else None
