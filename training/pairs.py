"""Training pairs: reading them, and dropping those that share text with what the embedder is measured on."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.sets import read_lines
from numpy.typing import NDArray

from askspeech.errors import SettingsError

RUN_CHARACTERS = 30
RUN_FACTOR = np.uint64(0x9E3779B97F4A7C15)
SPACE = re.compile(r"\s+")
TEXT_KEYS = ("text", "question", "quote", "evidence", "answers", "answer_points", "history")


@dataclass(frozen=True, slots=True)
class PairSet:
    """One data set: its name, its pairs of texts that belong together, and how many were dropped."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    dropped: int = 0


def read_pair_sets(folder: Path) -> list[PairSet]:
    """Every data set `*.jsonl.gz` of a folder, in the order of its names."""
    paths = sorted(folder.glob("*.jsonl.gz"))
    return [PairSet(path.name.split(".")[0], tuple((row["a"], row["b"]) for row in read_lines(path))) for path in paths]


def held_out_texts(*folders: Path) -> Iterator[str]:
    """Every text of the folders that hold what is measured: JSON lines (texts, questions, quotes) and plain text.

    Raises SettingsError for a folder without any: what is measured there would not be kept out of the training.
    """
    for folder in folders:
        texts = [text for path in sorted(folder.rglob("*")) if path.is_file() for text in texts_in(path)]
        if not texts:
            raise SettingsError(
                f"{folder} holds no text that could be kept out of the training; expected JSON lines (NAME.jsonl, "
                "NAME.jsonl.gz) with what is measured, or speeches as NAME.txt. Name another folder."
            )
        yield from texts


def texts_in(path: Path) -> Iterator[str]:
    """The texts of one file that is measured on; none of a file of another kind."""
    if path.suffix == ".txt":
        yield path.read_text(encoding="utf-8")
    elif ".jsonl" in path.name:
        for row in read_lines(path):
            yield from texts_of(row)


def texts_of(value: object) -> Iterator[str]:
    """The strings under the keys that hold text, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, dict):
        for key in TEXT_KEYS:
            yield from texts_of(value.get(key))


def run_hashes(text: str) -> NDArray[np.uint64]:
    """One hash for every run of 30 characters, blanks left out and width and case made equal."""
    key = SPACE.sub("", unicodedata.normalize("NFKC", text).lower())
    codes = np.frombuffer(key.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    count = max(0, len(codes) - RUN_CHARACTERS + 1)
    hashes = np.zeros(count, dtype=np.uint64)
    for offset in range(RUN_CHARACTERS):
        hashes = hashes * RUN_FACTOR + codes[offset : offset + count] + np.uint64(1)
        hashes ^= hashes >> np.uint64(29)
    return hashes


class HeldOut:
    """The runs of 30 characters that no training text may share."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.runs = np.unique(np.concatenate([np.zeros(0, np.uint64), *(run_hashes(text) for text in texts)]))

    def shares(self, text: str) -> bool:
        """Whether the text shares a run with what is held out."""
        hashes = run_hashes(text)
        if not len(self.runs):
            return False
        places = np.minimum(np.searchsorted(self.runs, hashes), len(self.runs) - 1)
        return bool((self.runs[places] == hashes).any())

    def without_shared(self, pair_set: PairSet) -> PairSet:
        """The data set without the pairs that share a run, and with their count."""
        kept = tuple(pair for pair in pair_set.pairs if not any(self.shares(text) for text in pair))
        return PairSet(pair_set.name, kept, len(pair_set.pairs) - len(kept))
