"""What can be wrong with a sentence against its evidence, and how that is said in Chinese and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from askspeech.datatypes import Language, Support

__all__ = ["Fault", "FaultKind", "reason_of", "support_of"]

FaultKind = Literal[
    "number", "number_elsewhere", "blank", "bound", "title", "quote", "name", "office", "time", "name_elsewhere",
    "direction", "negated", "not_negated", "modality", "dropped", "scope", "words", "swapped", "nothing",
    "not_comparable", "judge",
]  # fmt: skip

_WORDS: Mapping[FaultKind, tuple[Support, str, str]] = MappingProxyType(
    {
        "number": ("not_found", "引文中没有数字“{}”", "the quoted text does not have the number “{}”"),
        "number_elsewhere": (
            "not_found",
            "引文中“{}”说的是别的事",
            "in the quoted text the number “{}” is that of something else",
        ),
        "blank": (
            "not_found",
            "引文中没有数字“{}”，原文此处为空白",
            "the quoted text does not have the number “{}”: it is blanked out there",
        ),
        "bound": ("partly", "引文对“{}”的上下限另有说法", "the quoted text sets another limit than “{}”"),
        "title": ("not_found", "引文中没有《{}》", "the quoted text does not name “{}”"),
        "quote": ("not_found", "引文中没有“{}”这一原话", "the quoted text does not have the words “{}”"),
        "name": ("not_found", "引文中没有提到“{}”", "the quoted text does not name “{}”"),
        "office": ("not_found", "引文中没有提到“{}”", "the quoted text does not name “{}”"),
        "time": ("not_found", "引文说的不是“{}”", "the quoted text does not speak of “{}”"),
        "name_elsewhere": ("not_found", "引文中“{}”说的是别的事", "in the quoted text “{}” is said of something else"),
        "direction": ("not_found", "引文与“{}”说法相反", "the quoted text says the contrary of “{}”"),
        "negated": ("not_found", "引文没有“{}”这一否定", "the quoted text does not say “{}”: it affirms this"),
        "not_negated": ("not_found", "引文是否定的：“{}”", "the quoted text denies or forbids this: “{}”"),
        "modality": ("partly", "引文没有“{}”的意思", "the quoted text does not say “{}”"),
        "dropped": ("partly", "引文说的是“{}”，句子没有说", "the quoted text says “{}”, which the sentence leaves out"),
        "scope": ("partly", "引文没有说“{}”", "the quoted text does not say “{}”"),
        "words": ("partly", "引文中没有“{}”的内容", "the quoted text says nothing of “{}”"),
        "swapped": ("partly", "引文说的不是“{}”", "the quoted text has something else in the place of “{}”"),
        "nothing": (
            "not_found",
            "引文与这句话无关：没有“{}”",
            "the quoted text is about something else: nothing of “{}”",
        ),
        "not_comparable": (
            "partly",
            "英文句子的用词无法与中文引文对照",
            "the words could not be compared with the Chinese text",
        ),
        "judge": ("partly", "模型判断引文不能支持这句话", "a model judged that the quoted text does not carry it"),
    }
)


_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that the evidence does not carry, and the words that it is about."""

    kind: FaultKind
    words: str = ""


def support_of(faults: Sequence[Fault]) -> Support:
    """How far a sentence with these faults is supported: a wrong number or name outweighs all that is right."""
    if not faults:
        return "supported"
    return "not_found" if any(_WORDS[fault.kind][0] == "not_found" for fault in faults) else "partly"


def reason_of(faults: Sequence[Fault], language: Language) -> str:
    """The faults as one sentence, the gravest first, each thing once; empty where there are none."""
    told: list[Fault] = []
    for fault in sorted(faults, key=lambda fault: _WORDS[fault.kind][0] != "not_found"):
        if not any(fault.words in other.words for other in told):
            told.append(fault)
    said = [_WORDS[fault.kind][1 if language == "zh" else 2].format(fault.words) for fault in told[:_MOST_TOLD]]
    if not said:
        return ""
    joined = ("；" if language == "zh" else "; ").join(said)
    return joined + "。" if language == "zh" else joined[0].upper() + joined[1:] + "."
