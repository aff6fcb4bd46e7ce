"""The fixed wording of answers, one constant per language, shared by the composer, its tests and its callers."""

from collections.abc import Mapping
from types import MappingProxyType

from askspeech.datatypes import Language

__all__ = ["ALSO_IN", "BLANKED_OUT", "MISSING", "NOT_FOUND", "PART_HIDDEN", "heading"]

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

ALSO_IN: Mapping[Language, str] = MappingProxyType({"zh": "（同样的话另见{}）", "en": " (also in {})"})
"""What stands behind a sentence that other speeches have in the same words, with their titles and numbers."""

_HEADINGS: Mapping[Language, str] = MappingProxyType({"zh": "《{}》{}：", "en": "“{}”{} (quoted in Chinese):"})
_SECTIONS: Mapping[Language, str] = MappingProxyType({"zh": "的“{}”部分", "en": ", section “{}”"})


def heading(title: str, language: Language, section: str = "") -> str:
    """The line above what one speech says, with the heading of the section that it is from, where one is given."""
    within = _SECTIONS[language].format(section.rstrip("。；;，,：: ")) if section else ""
    return _HEADINGS[language].format(title, within)
