"""Text to search terms. Normalising happens here only, in keys for searching; never in what is shown."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType

import rjieba

from askspeech.folding import fold

__all__ = [
    "FIELDS",
    "bigrams",
    "bigrams_of",
    "field_tokens",
    "held",
    "question_terms",
    "question_tokens",
    "search_key",
    "words",
    "words_of",
]

FIELDS: tuple[str, ...] = (
    "text_bigrams",
    "text_words",
    "heading_bigrams",
    "heading_words",
    "context_bigrams",
    "context_words",
)
"""The fields of the keyword index: passage text, heading path, and speech context, each as bigrams and as words."""

_RUN = re.compile(
    r"[㐀-䶿一-鿿\U00020000-\U0003ffff]+|[^\W_㐀-䶿一-鿿\U00020000-\U0003ffff]+(?:[.'’-][^\W_㐀-䶿一-鿿]+)*"
)
_INNER_SPACE = re.compile(r"(?<=[㐀-䶿一-鿿])[^\S\n]+(?=[㐀-䶿一-鿿])")
_BLANK = re.compile(r"[x×*○]+(?:\.[x×*]+)*")
_PAIR = re.compile(r"[㐀-䶿一-鿿]{2}")


@cache
def stop_words() -> tuple[frozenset[str], frozenset[str]]:
    """Words, and bigrams of questions, that say nothing of what a text is about; from stop_words.txt."""
    lines = resources.files("askspeech").joinpath("stop_words.txt").read_text(encoding="utf-8").splitlines()
    kinds: dict[str, set[str]] = {"[words]": set(), "[bigrams]": set()}
    current = kinds["[words]"]
    for line in lines:
        if line in kinds:
            current = kinds[line]
        elif not line.startswith("#"):
            current.update(line.split())
    return frozenset(kinds["[words]"]), frozenset(kinds["[bigrams]"])


def search_key(text: str) -> str:
    """Text as it is searched: compatibility forms, lower case, simplified, no spaces inside Chinese."""
    folded = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8")).lower()
    return fold(_INNER_SPACE.sub("", folded))


def bigrams(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters, a lone one by itself, and whole words of other scripts."""
    return bigrams_of(search_key(text))


def bigrams_of(key: str) -> list[str]:
    """The bigrams of a text whose search key is at hand."""
    return list(_bigrams(key))


def held(terms: Sequence[str], keys: Iterable[str]) -> list[frozenset[str]]:
    """Of each text, by its search key, those of the terms that are among its bigrams."""
    pairs = [term for term in terms if _PAIR.fullmatch(term)]
    others = frozenset(terms).difference(pairs)
    # Two such characters side by side are always a bigram: what is looked for is found faster than all are made.
    return [
        frozenset(pair for pair in pairs if pair in key) | (others.intersection(_bigrams(key)) if others else others)
        for key in keys
    ]


def words(text: str) -> list[str]:
    """Words as rjieba cuts them for searching, stop words and blanks left out."""
    return words_of(search_key(text))


def words_of(key: str) -> list[str]:
    """The words of a text whose search key is at hand."""
    stopped, _ = stop_words()
    found = (word.strip() for run in _RUN.findall(key) for word in rjieba.cut_for_search(run))
    return [word for word in found if word and word not in stopped and not _BLANK.fullmatch(word)]


def field_tokens(text: str, headings: str, context: str) -> Mapping[str, list[str]]:
    """The tokens of a passage for each field of the keyword index."""
    keys = {"text": search_key(text), "heading": search_key(headings), "context": search_key(context)}
    tokens = {f"{name}_bigrams": bigrams_of(key) for name, key in keys.items()}
    tokens |= {f"{name}_words": words_of(key) for name, key in keys.items()}
    return MappingProxyType(tokens)


def question_tokens(question: str) -> Mapping[str, list[str]]:
    """The tokens of a question for each field, in order of appearance; question words left out."""
    _, stopped = stop_words()
    pairs = [token for token in bigrams(question) if token not in stopped]
    units = words(question)
    return MappingProxyType({name: pairs if name.endswith("bigrams") else units for name in FIELDS})


def question_terms(question: str) -> list[str]:
    """The different bigrams and words of a question that say what it is about, in order of appearance."""
    _, stopped = stop_words()
    return list(dict.fromkeys(token for token in bigrams(question) if token not in stopped))


def _bigrams(key: str) -> Iterator[str]:
    stopped, _ = stop_words()
    for run in _RUN.findall(key):
        if run[0] < "㐀":
            if not _BLANK.fullmatch(run) and run not in stopped:
                yield run
        elif len(run) == 1:
            yield run
        else:
            yield from (run[at : at + 2] for at in range(len(run) - 1))
