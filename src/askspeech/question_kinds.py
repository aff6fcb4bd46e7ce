"""What kind of thing a question asks for, by its words; the first kind whose words it has."""

import re
from collections.abc import Callable

from askspeech.datatypes import QuestionKind
from askspeech.questions import asks_for_list, asks_for_speech, compares

__all__ = ["kind_of"]


def _words(chinese: str, english: str) -> Callable[[str], bool]:
    pattern = re.compile(rf"{chinese}|\b(?:{english})\b", re.IGNORECASE)
    return lambda question: pattern.search(question) is not None


_KINDS: tuple[tuple[QuestionKind, Callable[[str], bool]], ...] = (
    ("comparison", compares),
    ("speech", asks_for_speech),
    ("quotation", _words("原话|原文|原句|那句|哪句|怎么说的|怎么讲的|引一句", "exact words|quote|verbatim|wording")),
    ("list", asks_for_list),
    (
        "definition",
        _words(
            "什么意思|指的是什么|是指什么|指什么|什么叫|何谓|怎么个|具体是怎么|含义",
            "what (?:is|are|does|do) .*(?:mean|meant)|what is meant|defin\\w+",
        ),
    ),
    ("reason", _words("为什么|为何|为啥|什么原因|原因|凭什么|受什么影响", "why|reasons?")),
    (
        "figure",
        _words(
            "多少|几[个万亿家户项倍天年月日]|第几|比例|百分之|占比|增幅|增速|名次|多久|多长",
            "how (?:many|much|long|often|large|high)|percent(?:age)?",
        ),
    ),
    (
        "person",
        _words(
            "谁|哪个(?:部门|单位|科室|机构|局|委|办)|哪家|哪些(?:部门|单位)|哪位|牵头",
            "who(?:se|m)?|which (?:department|office|agency|body|unit|leader)",
        ),
    ),
)


def kind_of(question: str) -> QuestionKind:
    """The kind of thing that a question asks for; a fact where no kind's words are in it.

    Search itself goes by lists, comparisons and speeches alone: favouring passages that hold figures, reasons, offices,
    definitions or quotations for questions of those kinds moved next to nothing (docs/search.md).
    """
    return next((kind for kind, asks in _KINDS if asks(question)), "fact")
