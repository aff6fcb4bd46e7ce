"""The fixed wording of answers, one constant per language, shared by the composer, its tests and its callers."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from askspeech.datatypes import Language

__all__ = [
    "ALSO_IN",
    "BLANKED_OUT",
    "MISSING",
    "NOT_FOUND",
    "PART_HIDDEN",
    "Wording",
    "also_in",
    "heading",
    "not_found",
]

NOT_FOUND: Mapping[Language, str] = MappingProxyType(
    {
        "zh": "在已收录的讲话中没有找到这个问题的答案。",
        "en": "The indexed speeches do not answer this question.",
    }
)
"""What an answer says when nothing was found; it has no citations."""

BLANKED_OUT: Mapping[Language, str] = MappingProxyType(
    {
        "zh": "《{}》讲到了这一点，但所问的内容在原文里被隐去了：",
        "en": "“{}” speaks of this, but what is asked for has been blanked out in the source:",
    }
)
"""What an answer says, with the title of a speech, where the figure or name asked for is blanked out."""

PART_HIDDEN: Mapping[Language, str] = MappingProxyType(
    {
        "zh": "《{}》有一部分内容在收录的文件里被隐藏了，其余部分没有说到所问的内容：",
        "en": "A part of “{}” is hidden in the indexed file, and the rest does not say what is asked for:",
    }
)
"""What an answer says, with the title of a speech, where the file says that a part is missing."""

MISSING: Mapping[Language, str] = MappingProxyType(
    {
        "zh": "所问的数字中，有的在原文里被隐去了。",
        "en": "Some of the figures asked for have been blanked out in the source.",
    }
)
"""What an answer says behind its sentences where a part of what was asked is blanked out."""

Wording = Literal["same", "blanked", "near"]
"""How another speech says what is quoted: in the same words, with its figures blanked out, or in nearly the same."""

ALSO_IN: Mapping[Wording, Mapping[Language, str]] = MappingProxyType(
    {
        "same": {"zh": "同样的话另见{}", "en": "also in {}"},
        "blanked": {"zh": "隐去数字的同一句另见{}", "en": "with figures blanked out in {}"},
        "near": {"zh": "相近的话另见{}", "en": "in nearly the same words in {}"},
    }
)
"""What stands behind a sentence that other speeches have, too, with their titles and numbers."""

_HEADINGS: Mapping[Language, str] = MappingProxyType({"zh": "《{}》{}：", "en": "“{}”{} (quoted in Chinese):"})
_SECTIONS: Mapping[Language, str] = MappingProxyType({"zh": "的“{}”部分", "en": ", section “{}”"})


def also_in(named: Sequence[tuple[Wording, str]], language: Language) -> str:
    """Who else says it, each way of saying it by itself; nothing where nobody does."""
    ways = {wording: [name for way, name in named if way == wording] for wording in ALSO_IN}
    comma, semicolon = ("、", "；") if language == "zh" else (", ", "; ")
    said = [ALSO_IN[way][language].format(comma.join(names)) for way, names in ways.items() if names]
    if not said:
        return ""
    return f"（{semicolon.join(said)}）" if language == "zh" else f" ({semicolon.join(said)})"


_NOT_FOUND_IN: Mapping[Language, tuple[str, str, str]] = MappingProxyType(
    {
        "zh": (
            "没有讲话符合筛选条件，所以没有这个问题的答案。",
            "在筛选出的 1 篇讲话中没有找到这个问题的答案。",
            "在筛选出的 {} 篇讲话中没有找到这个问题的答案。",
        ),
        "en": (
            "No speech passes the filters, so there is nothing that could answer this question.",
            "The only speech that passes the filters does not answer this question.",
            "The {} speeches that pass the filters do not answer this question.",
        ),
    }
)


def not_found(language: Language, kept: int | None = None) -> str:
    """What an answer says when nothing was found among the speeches that filters kept; None stands for no filters."""
    return NOT_FOUND[language] if kept is None else _NOT_FOUND_IN[language][min(kept, 2)].format(kept)


def heading(title: str, language: Language, section: str = "") -> str:
    """The line above what one speech says, with the heading of the section that it is from, where one is given."""
    within = _SECTIONS[language].format(section.rstrip("。；;，,：: ")) if section else ""
    return _HEADINGS[language].format(title, within)
