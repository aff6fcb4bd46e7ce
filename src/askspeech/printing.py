"""Text of a corpus for a terminal: neither a speech nor a file's name may steer it. Pure."""

import unicodedata

__all__ = ["printable"]


def printable(text: str, keep: str = "\n\t") -> str:
    """The text with invisible format characters left out and control characters, those to keep aside, written out."""
    return "".join(_printable_character(character, keep) for character in text)


def _printable_character(character: str, keep: str) -> str:
    category = unicodedata.category(character)
    if character in keep or category not in ("Cc", "Cf", "Cs"):
        return character
    return "" if category == "Cf" else character.encode("unicode_escape").decode("ascii")
