"""English questions in the Chinese of the field, by the glossary of the package (glossary.txt): no language model."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from askspeech.tokens import stop_words

__all__ = [
    "Glossary",
    "Term",
    "Translation",
    "chinese_question",
    "find_terms",
    "glossary",
    "parse_glossary",
    "translate",
    "with_chinese",
]

Phrase = tuple[str, ...]

_IGNORED = "[ignored]"
# Punctuation, because search keys have no spaces between Chinese characters: two terms would grow into one word.
_BETWEEN_TERMS = "， "
_CHINESE = r"[㐀-䶿一-鿿\U00020000-\U0003ffff]"
_LETTER = r"[^\W_㐀-䶿一-鿿\U00020000-\U0003ffff]"
_NUMBER = r"\d+(?:[.,]\d+)*"
_WORD = re.compile(rf"{_CHINESE}+|{_NUMBER}(?!{_LETTER})|{_LETTER}+(?:['’&]{_LETTER}+)*")
_CLITIC = re.compile(r"['’](?:s|re|ve|ll|d|m)?$")
_NEGATION = re.compile(r"n['’]t$")
_ACRONYM = re.compile(r"[A-Z][A-Z0-9&]+s?")
_KEPT = re.compile(rf"{_CHINESE}+|{_NUMBER}|{_LETTER}*\d{_LETTER}*")
# Ending and what may have stood in its place; a doubled consonant before -ed and -ing is undone apart.
_ENDINGS = (
    ("ies", ("y",)),
    ("es", ("e", "")),
    ("s", ("",)),
    ("ied", ("y",)),
    ("ed", ("e", "")),
    ("ying", ("y", "ie")),
    ("ing", ("", "e")),
)
_DOUBLED = re.compile(r"(?<=[a-z])([bdfgklmnprtvz])\1(?:ed|ing)$")
_NO_ENDINGS = ("ss", "us", "is", "eed")
_VOWEL = re.compile(r"[aeiouy]")


@dataclass(frozen=True, slots=True)
class Term:
    """English words of a question, in lower case, and what the speeches say for them, the usual word first."""

    english: str
    chinese: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """The terms of a question, in order of appearance, and its content words that the glossary does not know."""

    terms: tuple[Term, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Glossary:
    """Chinese alternatives by English phrase, the beginnings of all phrases, and words that are ignored."""

    phrases: Mapping[Phrase, tuple[str, ...]]
    beginnings: frozenset[Phrase]
    ignored: frozenset[str]


@cache
def glossary() -> Glossary:
    """The glossary that the package carries."""
    return parse_glossary(resources.files("askspeech").joinpath("glossary.txt").read_text(encoding="utf-8"))


def parse_glossary(text: str) -> Glossary:
    """The glossary that a text holds, in the form that the head of glossary.txt describes; of doubles the first stands.

    Raises ValueError for a line without both sides.
    """
    entries, _, ignored = text.partition(f"\n{_IGNORED}\n")
    phrases: dict[Phrase, tuple[str, ...]] = {}
    for line in _content(entries):
        english, _, chinese = line.partition("=")
        alternatives = tuple(filter(None, map(str.strip, chinese.split(";"))))
        names = [phrase for variant in english.split(";") if (phrase := _phrase(variant))]
        if not names or not alternatives:
            raise ValueError(f"no entry of the glossary: {line!r}; expected: english term; variant = 中文; 别称")
        for phrase in names:
            phrases.setdefault(phrase, alternatives)
    beginnings = {phrase[:length] for phrase in phrases for length in range(1, len(phrase) + 1)}
    words = {word for line in _content(ignored) for word in line.split()}
    return Glossary(MappingProxyType(phrases), frozenset(beginnings), frozenset(words | stop_words()[0]))


def translate(question: str) -> Translation:
    """The terms of the glossary in an English question, longest first, and the content words that it does not know.

    Words count without their regular endings. Numbers, acronyms and Chinese text are terms of themselves.
    """
    words = _WORD.findall(question)
    keys = [_key(word) for word in words]
    shouted = question.upper() == question
    terms: dict[str, Term] = {}
    unknown: dict[str, None] = {}
    at = 0
    while at < len(words):
        phrase = _longest(keys, at, ())
        english = " ".join(keys[at : at + max(1, len(phrase))])
        if phrase:
            terms.setdefault(english, Term(english, glossary().phrases[phrase]))
        elif _KEPT.fullmatch(words[at]):
            terms.setdefault(english, Term(english, (words[at],)))
        elif not _is_ignored(keys[at]):
            if _ACRONYM.fullmatch(words[at]) and not shouted:
                terms.setdefault(english, Term(english, (words[at].removesuffix("s"),)))
            else:
                unknown.setdefault(english)
        at += max(1, len(phrase))
    return Translation(tuple(terms.values()), tuple(unknown))


def find_terms(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Where the glossary's terms stand in an English text, with their Chinese; none for a content word it lacks."""
    found = list(_WORD.finditer(text))
    keys = [_key(word[0]) for word in found]
    at = 0
    while at < len(found):
        phrase = _longest(keys, at, ())
        last = at + max(1, len(phrase))
        if phrase or not _is_ignored(keys[at]):
            yield found[at].start(), found[last - 1].end(), glossary().phrases.get(phrase, ())
        at = last


def chinese_question(translation: Translation) -> str:
    """All Chinese alternatives of a translation's terms, each once, to search with; empty where there are no terms."""
    return _BETWEEN_TERMS.join(dict.fromkeys(chinese for term in translation.terms for chinese in term.chinese))


def _content(text: str) -> Iterator[str]:
    lines = map(str.strip, text.splitlines())
    return (line for line in lines if line and not line.startswith("#"))


def _phrase(text: str) -> Phrase:
    return tuple(map(_key, _WORD.findall(text)))


def _key(word: str) -> str:
    return _CLITIC.sub("", word.lower().replace("’", "'"))


def _is_ignored(key: str) -> bool:
    return not key or _NEGATION.search(key) is not None or any(base in glossary().ignored for base in _bases(key))


def _longest(keys: list[str], at: int, begun: Phrase) -> Phrase:
    """The longest phrase of the glossary that starts with what has begun and goes on with the words from there."""
    found = begun if begun in glossary().phrases else ()
    if at == len(keys):
        return found
    further = ((*begun, base) for base in _bases(keys[at]))
    longer = [_longest(keys, at + 1, phrase) for phrase in further if phrase in glossary().beginnings]
    return max([found, *longer], key=len)


def _bases(key: str) -> Iterable[str]:
    """The word, then what it may be the plural, the past or the -ing form of."""
    bases = [key]
    for ending, replacements in _ENDINGS:
        stem = key.removesuffix(ending)
        if stem != key and _VOWEL.search(stem) and not key.endswith(_NO_ENDINGS):
            bases += [stem + replacement for replacement in replacements]
    return dict.fromkeys([*bases, _DOUBLED.sub(r"\1", key)])


def with_chinese(question: str) -> str:
    """An English question with the Chinese for its terms behind it; one without such terms unchanged."""
    return f"{question} {chinese_question(translate(question))}".strip()
