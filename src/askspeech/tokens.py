"""Text to search terms. Normalising happens here only, in keys for searching; never in what is shown."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import rjieba

__all__ = ["FIELDS", "bigrams", "field_tokens", "question_terms", "question_tokens", "search_key", "words"]

FIELDS: tuple[str, ...] = (
    "text_bigrams",
    "text_words",
    "heading_bigrams",
    "heading_words",
    "context_bigrams",
    "context_words",
)
"""The fields of the keyword index: passage text, heading path, and speech context, each as bigrams and as words."""

_RUN = re.compile(r"[㐀-䶿一-鿿\U00020000-\U0003ffff]+|[^\W_㐀-䶿一-鿿\U00020000-\U0003ffff]+(?:[.'’-][^\W_㐀-䶿一-鿿]+)*")
_INNER_SPACE = re.compile(r"(?<=[㐀-䶿一-鿿])[^\S\n]+(?=[㐀-䶿一-鿿])")
_BLANK = re.compile(r"[x×*○]+(?:\.[x×*]+)*")
_STOP_WORDS = frozenset(
    "的 了 和 与 及 是 在 有 就 都 而 也 对 把 被 等 这 那 我 你 他 她 它 们 我们 你们 他们 什么 哪些 哪个 哪几 哪 怎么 怎样 如何 "
    "为什么 多少 几 吗 呢 吧 啊 请问 请 一下 说 讲 个 些 条 点 里 上 中 下 要 会 能 可以 "
    "the a an of to in on for and or is are was were be by with at from as that this it its what which who how does do did "
    "were there their".split()
)
_STOP_BIGRAMS = frozenset(
    "什么 哪些 哪个 哪几 怎么 怎样 如何 为什 多少 请问 一下 是什 是哪 有哪 的是 是谁 几个 几条 几点 几项 我们 他们 了什 么的 么是 是怎 说的 讲的".split()
)


def search_key(text: str) -> str:
    """Text as it is searched: compatibility forms, lower case, no spaces between Chinese characters."""
    folded = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8")).lower()
    return _INNER_SPACE.sub("", folded)


def bigrams(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters, a lone one by itself, and whole words of other scripts."""
    return list(_bigrams(search_key(text)))


def words(text: str) -> list[str]:
    """Words as rjieba cuts them for searching, stop words and blanks left out."""
    key = search_key(text)
    found = (word.strip() for run in _RUN.findall(key) for word in rjieba.cut_for_search(run))
    return [word for word in found if word and word not in _STOP_WORDS and not _BLANK.fullmatch(word)]


def field_tokens(text: str, headings: str, context: str) -> Mapping[str, list[str]]:
    """The tokens of a passage for each field of the keyword index."""
    parts = {"text": text, "heading": headings, "context": context}
    tokens = {f"{name}_bigrams": bigrams(part) for name, part in parts.items()}
    tokens |= {f"{name}_words": words(part) for name, part in parts.items()}
    return MappingProxyType(tokens)


def question_tokens(question: str) -> Mapping[str, list[str]]:
    """The tokens of a question for each field, in order of appearance; question words left out."""
    pairs = [token for token in bigrams(question) if token not in _STOP_BIGRAMS]
    units = words(question)
    return MappingProxyType({name: pairs if name.endswith("bigrams") else units for name in FIELDS})


def question_terms(question: str) -> list[str]:
    """The different bigrams and words of a question that say what it is about, in order of appearance."""
    return list(dict.fromkeys(token for token in bigrams(question) if token not in _STOP_BIGRAMS))


def _bigrams(key: str) -> Iterator[str]:
    for run in _RUN.findall(key):
        if run[0] < "㐀":
            if not _BLANK.fullmatch(run) and run not in _STOP_WORDS:
                yield run
        elif len(run) == 1:
            yield run
        else:
            yield from (run[at : at + 2] for at in range(len(run) - 1))
