"""Laws as a corpus of any size: a folder of text files, each larger one holding the smaller ones, and questions."""

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CHARACTERS_PER_PASSAGE", "Law", "questions_on", "read_laws", "subset", "written"]

CHARACTERS_PER_PASSAGE = 115
"""Of these laws, as they are cut: what a corpus of so many passages is estimated by. The rows say what it became."""
SEED = 13
_LONGEST_NAME = 60
_NO_FILE_NAME = re.compile(r"[^\w《》（）]+")
_ARTICLE = re.compile(r"^第[一二三四五六七八九十百千零]+条[\s　]*(.+)$", re.MULTILINE)
_LONGEST_PHRASE = 24


@dataclass(frozen=True, slots=True)
class Law:
    """A law: its title, and its text without it."""

    title: str
    text: str


def read_laws(path: Path) -> list[Law]:
    """The laws of a file of JSON lines with `title` and `text`, packed or not, in an order that is always the same."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        laws = [Law(values["title"], values["text"]) for values in map(json.loads, lines)]
    random.Random(SEED).shuffle(laws)
    return laws


def subset(laws: Sequence[Law], passages: int) -> list[Law]:
    """The first laws that together make about so many passages."""
    chosen: list[Law] = []
    characters = passages * CHARACTERS_PER_PASSAGE
    for law in laws:
        if characters <= 0:
            break
        chosen.append(law)
        characters -= len(law.text)
    return chosen


def written(folder: Path, laws: Sequence[Law]) -> int:
    """Write each law into a file of its own in a new folder; how many characters there are."""
    folder.mkdir(parents=True)
    for number, law in enumerate(laws):
        name = _NO_FILE_NAME.sub("", law.title)[:_LONGEST_NAME]
        (folder / f"{number:05}-{name}.txt").write_text(f"{law.title}\n{law.text}\n", encoding="utf-8")
    return sum(len(law.title) + len(law.text) + 2 for law in laws)


def questions_on(laws: Sequence[Law], count: int) -> list[str]:
    """Questions with words of articles of these laws, every other one naming its law."""
    chance = random.Random(SEED)
    phrases = list(_phrases(laws))
    chosen = chance.sample(phrases, min(count, len(phrases)))
    return [
        f"《{title}》对“{phrase}”是怎么规定的？" if number % 2 else f"{phrase}，应当怎么办？"
        for number, (title, phrase) in enumerate(chosen)
    ]


def _phrases(laws: Sequence[Law]) -> Iterator[tuple[str, str]]:
    for law in laws:
        for article in _ARTICLE.findall(law.text):
            phrase = re.split(r"[，。；：、]", article)[0]
            if _LONGEST_PHRASE // 3 <= len(phrase) <= _LONGEST_PHRASE:
                yield law.title, phrase
