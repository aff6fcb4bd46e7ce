"""A message in two languages: for a person who reads one of them, and, whole, for whoever cannot be asked."""

from typing import Any

__all__ = ["Bilingual", "packed", "public", "said_in", "unpacked", "with_command"]

_ENGLISH, _CHINESE, _WHOLE = "en", "zh", "whole"


class Bilingual(str):
    """What is said in English and in Chinese; as a string it is both, or what else was given for the whole.

    The command line, the log, REST and MCP give the string; a page gives what its reader reads (`said_in`).
    """

    english: str
    chinese: str

    def __new__(cls, english: str, chinese: str = "", whole: str = "") -> "Bilingual":
        """Put the two together, the English first.

        Args:
            english: what readers of English are told.
            chinese: the same for readers of Chinese; without it they are told the English.
            whole: the string, where it is more than the two: with a path or a command that is not for readers.
        """
        made = super().__new__(cls, whole or f"{english} {chinese}".strip())
        made.english, made.chinese = english, chinese
        return made

    def __reduce__(self) -> tuple[type["Bilingual"], tuple[str, str, str]]:
        """What a copy is made from."""
        return Bilingual, (self.english, self.chinese, str(self))


def with_command(english: str, chinese: str, command: str) -> Bilingual:
    """A message whose remedy is a command: readers of a page, who have no terminal, are not given that."""
    return Bilingual(english, chinese, f"{english} ({command}) {chinese}")


def said_in(text: str, language: str) -> str:
    """The part of a message that is in a language ("zh" or "en"); all of it where it has no such part."""
    if not isinstance(text, Bilingual):
        return text
    return (text.chinese if language == _CHINESE else text.english) or str(text)


def public(text: str) -> str:
    """A message in both languages, for whoever calls from elsewhere: what readers are told, and no more."""
    return f"{text.english} {text.chinese}".strip() if isinstance(text, Bilingual) else text


def packed(value: Any) -> Any:
    """A value as JSON can hold it without mixing the languages; `unpacked`, as the `object_hook`, is the reverse."""
    if isinstance(value, Bilingual):
        return {_ENGLISH: value.english, _CHINESE: value.chinese, _WHOLE: str(value)}
    if isinstance(value, dict):
        return {name: packed(one) for name, one in value.items()}
    return [packed(one) for one in value] if isinstance(value, list | tuple) else value


def unpacked(found: dict[str, Any]) -> Any:
    """A JSON object, or the message that it holds."""
    if found.keys() == {_ENGLISH, _CHINESE, _WHOLE} and all(isinstance(one, str) for one in found.values()):
        return Bilingual(found[_ENGLISH], found[_CHINESE], found[_WHOLE])
    return found
