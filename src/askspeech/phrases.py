"""The fixed wording of answers, one constant per language, shared by the composer, its tests and its callers."""

from collections.abc import Mapping
from types import MappingProxyType

from askspeech.datatypes import Language

__all__ = ["NOT_FOUND", "heading"]

NOT_FOUND: Mapping[Language, str] = MappingProxyType(
    {
        "zh": "在已收录的讲话中没有找到这个问题的答案。",
        "en": "The indexed speeches do not answer this question.",
    }
)
"""What an answer says when nothing was found; it has no citations."""

_HEADINGS: Mapping[Language, str] = MappingProxyType({"zh": "《{}》：", "en": "“{}”:"})


def heading(title: str, language: Language) -> str:
    """The line above what one speech says."""
    return _HEADINGS[language].format(title)
