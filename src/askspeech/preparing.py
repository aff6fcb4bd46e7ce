"""One file made ready to be written: read, understood, sketched, embedded, its words cut. Alone, and in any process.

What becomes of a file depends on the file and the recipe alone, so it does not matter who prepares it.
"""

import hashlib
import logging
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType

from askspeech import records
from askspeech.bilingual import Bilingual
from askspeech.cleaning_rules import Rules
from askspeech.copies import sketch_of
from askspeech.datatypes import Document, Passage, Source, Span, Speech
from askspeech.embedder import Embedder, builtin_embedder, load_embedder
from askspeech.errors import ModelError, ReadError, SettingsError
from askspeech.formats.extracted import Extracted
from askspeech.keywords import joined
from askspeech.leaving_out import without_speeches
from askspeech.prepared import BUILTIN, Prepared, Recipe, Task, failed, pack, unreadable
from askspeech.readers import source_of
from askspeech.reading_pool import ReadingPool
from askspeech.settings import IndexSettings
from askspeech.tokens import bigrams_of, search_key, words_of
from askspeech.understanding import UNDERSTANDING_VERSION, understand

__all__ = ["Preparer", "embedded_text", "libraries", "prepare", "recipe"]

_SHAPING = ("askspeech", "lxml", "numpy", "opencc", "pypdfium2", "rapidocr", "rjieba", "selectolax", "tokenizers")
_FAULT = (
    "preparing it failed ({}), which is a fault of askspeech: please report it. Leave the file out of the folder until "
    "then.",
    "处理这个文件时程序出错（{}），请报告这个问题，并先不要收入这个文件。",
)
_HEADINGS = 2
"""How many of the headings above a passage are embedded with it, the inner ones."""

_log = logging.getLogger(__name__)


def embedded_text(passage: Passage, speech: Speech) -> str:
    """What is embedded for a passage: the search key of the headings above it and of its text."""
    return _with_headings(passage, search_key(passage.text))


def libraries() -> dict[str, str]:
    """The versions of what decides how a file turns out, as installed here; an extra that is missing is none."""
    found = {"understanding": str(UNDERSTANDING_VERSION), "python": ".".join(map(str, sys.version_info[:2]))}
    for name in _SHAPING:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def recipe(
    settings: IndexSettings,
    rules: Rules,
    removed: Mapping[str, Sequence[Span]] = MappingProxyType({}),
    *,
    embedder: str = "",
    known: frozenset[str] = frozenset(),
) -> Recipe:
    """What files are prepared by here and elsewhere; see `Recipe`."""
    spans = {source: tuple(places) for source, places in removed.items()}
    return Recipe(settings, rules, spans, embedder, known, libraries())


class Preparer:
    """Prepares by one recipe; used by one thread at a time.

    Raises:
        SettingsError: the libraries here are not those of the process that made the recipe.
        ModelError: the embedder cannot be loaded.
    """

    def __init__(self, recipe: Recipe) -> None:
        if different := {name for name, one in libraries().items() if recipe.libraries.get(name, one) != one}:
            raise SettingsError(*_differs(recipe.libraries, sorted(different)))
        self._recipe = recipe
        self._tokens = builtin_embedder()
        self._embedder: Embedder | None = (
            load_embedder(recipe.settings) if recipe.embedder not in ("", BUILTIN) else None
        )

    def prepare(self, task: Task, read: Extracted | ReadError | None = None) -> bytes:
        """The outcome of a task as a message (`Outcome.unpacked`); `read` is what was read, where it is a file."""
        try:
            if isinstance(read, ReadError):
                raise read
            if task.rows is not None:
                return _message(self._prepared(records.document_of(task.rows)))
            if task.file is not None and read is not None:
                return self._understood(source_of(task.file, read))
            assert task.source is not None
            return self._understood(task.source)
        except ReadError as error:
            return unreadable(error.words)
        except ModelError as error:
            return failed(error)
        except Exception as error:
            _log.exception("A file could not be prepared.")
            fault = f"{type(error).__name__}: {error}"
            return unreadable(Bilingual(*(part.format(fault) for part in _FAULT)))

    def _understood(self, source: Source) -> bytes:
        document = understand(source, self._recipe.settings, self._recipe.rules)
        if not document.speeches:
            return pack(["silent"])
        document = without_speeches(document, self._recipe.removed.get(source.id, ()))
        if not document.speeches:
            return pack(["excluded"])
        return _message(self._prepared(document))

    def _prepared(self, document: Document) -> Prepared:
        passages = document.passages
        keys = [search_key(passage.text) for passage in passages]
        texts = [_with_headings(passage, key) for passage, key in zip(passages, keys, strict=True)]
        hashes = [_hash(text) for text in texts]
        rows = pack(
            [
                records.rows(document, hashes),
                [(one.id, made) for one, key in zip(passages, keys, strict=True) if (made := sketch_of(key))],
                self._embeddings(dict(zip(hashes, texts, strict=True))),
            ]
        )
        keywords = pack(list(_keywords(document, keys)))
        return Prepared(
            replace(document.source, text=""),
            len(passages),
            sum(len(passage.text) for passage in passages),
            len(document.source.text),
            lambda: rows,
            lambda: keywords,
        )

    def _embeddings(self, texts: Mapping[str, str]) -> list[tuple[str, bytes, bytes | None, str]]:
        """Key, token ids, vector and text of what is not known: the text only where it has to be embedded elsewhere."""
        wanted = {key: text for key, text in texts.items() if key not in self._recipe.known}
        tokens = self._tokens.token_ids([*wanted.values()])
        vectors: list[bytes | None] = [None] * len(wanted)
        if self._recipe.embedder == BUILTIN:
            vectors = [records.pack_array(row, "<f4") for row in self._tokens.embed_token_ids(tokens)]
        elif self._embedder is not None:
            vectors = [records.pack_array(row, "<f4") for row in self._embedder.embed_passages([*wanted.values()])]
        return [
            (key, records.pack_array(ids, "<u2"), vector, text if vector is None else "")
            for (key, text), ids, vector in zip(wanted.items(), tokens, vectors, strict=True)
        ]


def prepare(preparer: Preparer, pool: ReadingPool, task: Task) -> bytes:
    """Read and prepare one thing; the outcome as a message."""
    read: Extracted | ReadError | None = None
    if task.file is not None:
        try:
            read = pool.read(task.file.format, task.file.data)
        except ReadError as error:
            read = error
    return preparer.prepare(task, read)


def _differs(wanted: Mapping[str, str], names: Sequence[str]) -> tuple[str, str]:
    here = libraries()
    found = ", ".join(f"{name} {here[name]} instead of {wanted[name]}" for name in names)
    return (
        f"{platform.node()} would prepare files otherwise than the machine that builds: found {found}. Install the "
        "same versions of askspeech and its libraries on every machine of the cluster.",
        f"集群中的机器 {platform.node()} 上的版本与建立索引的机器不同，请安装相同的版本。",
    )


def _message(prepared: Prepared) -> bytes:
    source = prepared.source
    counts = prepared.passages, prepared.passage_characters, prepared.source_characters
    return pack(
        ["prepared", source.id, records.pack_source(source), *counts, prepared.rows(), prepared.keywords()],
    )


def _with_headings(passage: Passage, key: str) -> str:
    # Nothing that a key is made by looks across the end of a line, so the parts may be made one by one.
    return "\n".join((*(_heading_key(heading) for heading in passage.heading_path[-_HEADINGS:]), key))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _keywords(document: Document, keys: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Of each passage its id, its speech's, and the tokens of each field, in the order of `FIELDS`, joined."""
    contexts = {speech.id: _tokens(search_key(_context(speech))) for speech in document.speeches}
    for passage, key in zip(document.passages, keys, strict=True):
        headings = _heading_tokens("\n".join(passage.heading_path))
        yield passage.id, passage.speech_id, [*_tokens(key), *headings, *contexts[passage.speech_id]]


def _context(speech: Speech) -> str:
    return f"{speech.title}\n{' '.join(fact.value for fact in speech.facts)}"


def _tokens(key: str) -> list[str]:
    """The two fields of one text: bigrams, words."""
    return [joined(bigrams_of(key)), joined(words_of(key))]


# Passages beside each other have the same headings.


@lru_cache(maxsize=64)
def _heading_key(heading: str) -> str:
    return search_key(heading)


@lru_cache(maxsize=64)
def _heading_tokens(headings: str) -> tuple[str, ...]:
    return tuple(_tokens(search_key(headings)))
