"""What can be said of a file as soon as it has been added: why the next build will not take it in as it is.

Nothing is parsed here: only what the bytes at its ends, its name and what is installed tell. What a reader finds inside
is said after the build.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path
from typing import Literal

from askspeech.archives import is_archive, members
from askspeech.corpus_files import UPLOADED, CorpusFile, OpenedFile, open_file
from askspeech.errors import ReadError
from askspeech.formats.extras import recogniser
from askspeech.formats.office import find_office
from askspeech.uploads import Added, Uploads

__all__ = ["Concern", "Worry", "concerns"]

Worry = Literal["empty", "unread", "large", "picture", "no_recogniser", "no_office", "twin", "removed"]
_NOTHING = b" \t\r\n\f\v\0\xef\xbb\xbf\xff\xfe"
"""What a file of text holds that has no text: spaces, and the marks at the beginning of UTF-8 and UTF-16."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to know of a file.

    `error` says why it cannot be read, `twin` is the cited path of a file with the same bytes, `size` and `most` are in
    bytes.
    """

    worry: Worry
    error: ReadError | None = None
    twin: str = ""
    size: int = 0
    most: int = 0


def concerns(
    uploads: Uploads, added: Added, indexed: Callable[[str], Collection[str]] = lambda byte_hash: ()
) -> tuple[Concern, ...]:
    """What is to be known of a file that was just added; nothing where it is not there any more.

    Args:
        uploads: where it lies.
        added: the file.
        indexed: the cited paths of the files in the index with these bytes, by their SHA-256.
    """
    path = uploads.folder / added.name
    if not path.is_file():
        return ()
    found = _of_archive(path) if is_archive(path) else _of_document(CorpusFile(path, added.name))
    return (*found, *_twins(uploads, added, indexed))


def _of_archive(path: Path) -> Iterator[Concern]:
    try:
        inside = members(path)
    except ReadError as error:
        yield Concern("unread", error)
        return
    if not inside:
        yield Concern("empty")


def _of_document(file: CorpusFile) -> Iterator[Concern]:
    if not file.path.stat().st_size:
        yield Concern("empty")
        return
    try:
        opened = open_file(file)
    except ReadError as error:
        yield Concern("unread", error)
        return
    most = opened.format.limits.file_bytes
    if len(opened.data) > most:
        yield Concern("large", size=len(opened.data), most=most)
    yield from _of_format(opened)


def _of_format(opened: OpenedFile) -> Iterator[Concern]:
    match opened.format.name:
        case "text" if not opened.data.strip(_NOTHING):
            yield Concern("empty")
        case "picture":
            yield Concern("picture" if recogniser() else "no_recogniser")
        case "office" if find_office() is None:
            yield Concern("no_office")


def _twins(uploads: Uploads, added: Added, indexed: Callable[[str], Collection[str]]) -> Iterator[Concern]:
    """The first other file of the same bytes, among those that were added or those that the index has."""
    here, files = uploads.folder / added.name, uploads.stamps()
    size = files[added.file].size if added.file in files else 0
    if not size:
        return
    alike = [file for file, stamp in files.items() if stamp.size == size and file != added.file]
    same = (file for file in alike if cmp(here, uploads.folder / _name(file), shallow=False))
    twin = next(same, None) or next(_in_index(here, files, indexed), None)
    if twin:
        yield Concern("twin", twin=twin)


def _in_index(here: Path, files: Collection[str], indexed: Callable[[str], Collection[str]]) -> Iterator[str]:
    """The files of the index with these bytes; of those that were added, only what lies in an archive still there."""
    with here.open("rb") as file:
        found = indexed(hashlib.file_digest(file, "sha256").hexdigest())
    for one in sorted(found):
        folder, *rest = one.split("/")
        if folder != UPLOADED or (len(rest) > 1 and f"{UPLOADED}/{rest[0]}" in files):
            yield one


def _name(file: str) -> str:
    return file.removeprefix(f"{UPLOADED}/")
