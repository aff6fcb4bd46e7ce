"""The keyword index: BM25 over fields of ready-made tokens, by tantivy.

Tokens are indexed as they come. They travel to tantivy joined by spaces, so the few that hold white space, that are no
valid UTF-8 or that are longer than tantivy takes are spelled in another way, the same in the index and in a question.
"""

import errno
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import tantivy

from askspeech.disk import disk_errors, part_errors, writable
from askspeech.errors import StoreDamagedError

KEYWORDS = "keywords"

_ID = "passage_id"
_SPEECH = "speech_id"
# One thread keeps the passages in the order they came; scores depend neither on it nor on the number of segments,
# because tantivy counts documents, tokens and frequencies over all of them.
_THREADS = 1
_HEAP_BYTES = 128_000_000
# tantivy drops tokens of more than 65,530 bytes without a word.
_LONGEST_TOKEN = 1000
_UNFIT = re.compile(r"[\t\n\v\f\r \\\ud800-\udfff]")
_SIGNIFICANT_DIGITS = 6


class KeywordIndex:
    """The keyword index of one generation; made by `create` for the build or by `open` for readers.

    Every method raises StoreDamagedError where the files are not what a build wrote, and DiskError where the disk is
    the reason. Readers may ask from any thread.
    """

    def __init__(
        self, folder: Path, index: tantivy.Index, writer: tantivy.IndexWriter | None, closing: ExitStack | None = None
    ) -> None:
        self.folder = folder
        self._index: tantivy.Index | None = index
        self._writer = writer
        self._closing = closing or ExitStack()

    @classmethod
    def create(cls, folder: Path, fields: Sequence[str]) -> Self:
        """A new index in a new folder, with these fields of tokens."""
        with disk_errors(folder, "create"):
            folder.mkdir(parents=True)
        with _errors(folder):
            index = tantivy.Index(_schema(fields), path=str(folder), reuse=False)
            return cls(folder, index, index.writer(heap_size=_HEAP_BYTES, num_threads=_THREADS))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """A finished index to read; one in a folder that cannot be written to is copied to a temporary one first."""
        with ExitStack() as closing, _errors(folder):
            if not folder.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "there is no such folder", str(folder))
            index = tantivy.Index.open(str(writable(folder, closing)))
            return cls(folder, index, None, closing.pop_all())

    @classmethod
    def alter(cls, folder: Path) -> Self:
        """A copy of a finished index that nobody else has open, to change."""
        with _errors(folder):
            index = tantivy.Index.open(str(folder))
            return cls(folder, index, index.writer(heap_size=_HEAP_BYTES, num_threads=_THREADS))

    def close(self) -> None:
        """Close the files; what was not committed is lost; closing twice does nothing."""
        self._writer = None
        self._index = None
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, passage_id: str, speech_id: str, tokens: Mapping[str, Sequence[str]]) -> None:
        """Add a passage with its tokens by field."""
        self.add_joined(passage_id, speech_id, {field: joined(some) for field, some in tokens.items()})

    def add_joined(self, passage_id: str, speech_id: str, tokens: Mapping[str, str]) -> None:
        """Add a passage with its tokens by field, which have been `joined`."""
        document = tantivy.Document()
        document.add_text(_ID, passage_id)
        document.add_text(_SPEECH, speech_id)
        for field, field_tokens in tokens.items():
            document.add_text(field, field_tokens)
        with _errors(self.folder):
            self._writing().add_document(document)

    def remove(self, passage_ids: Iterable[str]) -> None:
        """Remove passages; those that are added afterwards stay, even under the same ids.

        Their words count in the weight of words until so much has changed that all is built anew.
        """
        with _errors(self.folder):
            for passage_id in passage_ids:
                self._writing().delete_documents_by_term(_ID, passage_id)

    def commit(self) -> None:
        """Write what was added, wait until it is there, and end writing."""
        with _errors(self.folder):
            writer = self._writing()
            writer.commit()
            writer.wait_merging_threads()
            self._writer = None
            self._reading().reload()

    def query(
        self,
        tokens: Mapping[str, Sequence[str]],
        weights: Mapping[str, float],
        k: int,
        speeches: Collection[str] | None = None,
    ) -> list[tuple[str, float]]:
        """The k passages of the highest BM25 score, best first, equal ones by id.

        The score is the sum over fields and tokens of BM25 × the field's weight; a token that is repeated counts as
        often as it occurs, a field without a weight not at all. `speeches` narrows the search to the passages of the
        speeches with these ids. No token matches anything: an empty list.
        """
        wanted = _terms(tokens, weights)
        if not wanted or k <= 0 or (speeches is not None and not speeches):
            return []
        with _errors(self.folder):
            return self._best(self._query(wanted, speeches), k)

    def frequency(self, field: str, token: str) -> int:
        """In how many passages a token stands in a field."""
        with _errors(self.folder):
            searcher = self._reading().searcher()
            if not (most := int(searcher.doc_freq(field, spelled(token)))):
                return 0
            # Those that were removed are still in that number.
            found: Any = searcher.search(_term(self._reading().schema, field, spelled(token)), 1)
            return min(most, int(found.count or 0))

    def ids(self) -> Iterator[str]:
        """The ids of all passages, in no order."""
        with _errors(self.folder):
            searcher = self._reading().searcher()
            if searcher.num_docs:
                for _, address in searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits:
                    yield _identity(searcher, address)

    def count(self) -> int:
        """How many passages there are."""
        with _errors(self.folder):
            return self._reading().searcher().num_docs

    def _query(self, wanted: Mapping[tuple[str, str], float], speeches: Collection[str] | None) -> tantivy.Query:
        schema = self._reading().schema
        query = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.boost_query(_term(schema, field, token), weight))
                for (field, token), weight in wanted.items()
            ]
        )
        if speeches is None:
            return query
        among = tantivy.Query.term_set_query(schema, _SPEECH, sorted(map(spelled, speeches)))
        unscored = tantivy.Query.const_score_query(among, 0.0)
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, unscored)])

    def _best(self, query: tantivy.Query, k: int) -> list[tuple[str, float]]:
        searcher = self._reading().searcher()
        limit = k + 10
        while True:
            hits = [(_rounded(score), address) for score, address in searcher.search(query, limit, count=False).hits]
            # Those equal to the last one wanted must all be seen, or the order of adding would choose among them.
            if len(hits) < limit or hits[-1][0] < hits[k - 1][0]:
                break
            limit *= 4
        needed = [hit for hit in hits if len(hits) <= k or hit[0] >= hits[k - 1][0]]
        named = [(_identity(searcher, address), score) for score, address in needed]
        return sorted(named, key=lambda hit: (-hit[1], hit[0]))[:k]

    def _reading(self) -> tantivy.Index:
        if self._index is None:
            raise StoreDamagedError(f"The keyword index {self.folder} is closed, expected an open one. Open it again.")
        return self._index

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise StoreDamagedError(
                f"The keyword index {self.folder} is finished, expected one that is being made. Create a new one."
            )
        return self._writer


def spelled(token: str) -> str:
    """The token as tantivy takes it: no white space or lone surrogates, not too long; different ones stay different."""
    if _UNFIT.search(token):
        token = _UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", token)
    if len(token) > _LONGEST_TOKEN:
        return f"{token[:_LONGEST_TOKEN]}\\{hashlib.sha256(token.encode()).hexdigest()}"
    return token


def joined(tokens: Sequence[str]) -> str:
    """The tokens, spelled, with a space between any two."""
    # Nearly always no token is spelled in another way, which is seen at once.
    if all(tokens) and not _UNFIT.search("".join(tokens)) and max(map(len, tokens), default=0) <= _LONGEST_TOKEN:
        return " ".join(tokens)
    return " ".join(spelled(token) for token in tokens if token)


def _schema(fields: Sequence[str]) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_ID, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(_SPEECH, tokenizer_name="raw", index_option="basic")
    for field in fields:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _terms(tokens: Mapping[str, Sequence[str]], weights: Mapping[str, float]) -> dict[tuple[str, str], float]:
    """The weight of every term that a question asks for, by field and token."""
    return {
        (field, token): weights[field] * times
        for field, field_tokens in tokens.items()
        if weights.get(field)
        for token, times in Counter(spelled(token) for token in field_tokens if token).items()
    }


def _term(schema: tantivy.Schema, field: str, token: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema, field, token, index_option="freq")


def _identity(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> str:
    return str(searcher.doc(address).get_first(_ID))


def _rounded(score: float) -> float:
    # The terms of equal passages are added up in another order here and there, which moves the last bit.
    return float(f"{score:.{_SIGNIFICANT_DIGITS}g}")


def _errors(folder: Path) -> AbstractContextManager[None]:
    return part_errors(folder, "keyword index", ValueError, RuntimeError)
