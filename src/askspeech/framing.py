"""What a model writes around its statements: lead-ins and headings that say nothing of their own."""

import re
from collections.abc import Collection

from askspeech.markers import marker_at
from askspeech.tokens import words

__all__ = ["bare_claim", "claims_nothing"]

_BULLET = re.compile(r"\s*(?:[-•·*]|\d{1,2}(?:[.．](?!\d)|[、)）])|[(（]\d{1,2}[)）])\s*")
_MEASURES = "个|条|点|项|种|类|件|大|步|篇|部分|方面|招|场|样|层|次"
_COUNTED = re.compile(rf"(?:第?[一二三四五六七八九十两几]{{1,3}}|\d{{1,2}})(?:{_MEASURES})")
_FRAME = re.compile(
    "讲话|文中|原文|原句|根据|按照|依据|关于|对于|主要|具体|一共|总共|分别|如下|以下|下列|下面|包括|包含|分为|提出|提到|"
    "指出|强调|要求|讲到|谈到|其中|此外|另外|同时|答案|回答|问题|内容|方面|措施|举措|做法|任务|工作|重点|来看|来说|综上|"
    f"总之|以上|所述|明确|安排|部署|{_MEASURES}|[有是为即在对从的了中里上和与及等这那些分各都共]"
)
_ENGLISH_FRAME = re.compile(
    r"\b(?:a|according|an|and|answer|are|as|below|by|describes|each|first|follow(?:s|ing)|four|five|for|gives?n?|here|in|"
    r"includes|is|its?|items|lists|main|mainly|measures|mentions|namely|of|on|one|points|requirements|says|second|seven|"
    r"six|sets|speech(?:es)?|states|steps|ten|that|the|there|these|they|things|third|this|those|three|to|two|were|"
    r"which|with)\b"
)
_DENIAL = re.compile("[不没无未非勿禁否]")
_STOPS = "。！？；.!?;…"


def bare_claim(text: str) -> str:
    """A sentence without the bullet or number in front, which says nothing."""
    start = found.end() if (found := _BULLET.match(text)) else 0
    marker = marker_at(text[start:])
    return text[start + marker.end :] if marker and text[start + marker.end :].strip() else text[start:]


def claims_nothing(text: str, question: str, titles: Collection[str]) -> bool:
    """Whether a text only leads in to what follows: “主要有三条：”, a heading, the title of a speech.

    What it takes from the question counts as nothing only in front of a colon or in a heading: a whole sentence of the
    question's words may be an answer.
    """
    bare = bare_claim(text).strip()
    for title in sorted(titles, key=len, reverse=True):
        bare = bare.replace(title, "")
    asked = set() if bare.endswith(tuple(_STOPS)) else set(words(question))
    left = _ENGLISH_FRAME.sub(" ", _FRAME.sub(" ", _COUNTED.sub(" ", bare.lower())))
    if _DENIAL.search(left):
        return False
    return all(word in asked for word in words(left) if any(character.isalnum() for character in word))
