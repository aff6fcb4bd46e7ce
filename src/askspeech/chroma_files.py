"""Chroma's collections in the files of one folder, read and written by Chroma in this process."""

from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from askspeech.disk import disk_errors, part_errors, writable
from askspeech.egress import CHROMA_ALONE
from askspeech.errors import StoreDamagedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

__all__ = ["FilesHome", "files_message"]

_ROWS = 5000
"""Chroma takes 5,461 rows in one call, and as many SQL variables as 32,766."""


class FilesHome:
    """The collections of one index in a folder; made by `create` or `open`, and closed by their stack."""

    def __init__(self, folder: Path, client: "Client") -> None:
        self.name = str(folder)
        self._folder = folder
        self._client = client

    @classmethod
    def create(cls, folder: Path, closing: ExitStack) -> Self:
        """A new folder without any collection.

        Raises:
            DiskError: it cannot be made.
        """
        with disk_errors(folder, "create"):
            folder.mkdir(parents=True)
        with _errors(folder):
            return cls(folder, _client(folder, closing))

    @classmethod
    def open(cls, folder: Path, closing: ExitStack) -> Self:
        """A folder that a build wrote; one that cannot be written to is copied to a temporary one first.

        Raises:
            StoreDamagedError: it is not what a build wrote.
        """
        if not (folder / "chroma.sqlite3").is_file():
            # Chroma would make an empty index here and say nothing.
            raise StoreDamagedError(files_message(folder, "holds no chroma.sqlite3"))
        with _errors(folder):
            return cls(folder, _client(writable(folder, closing), closing))

    def errors(self) -> AbstractContextManager[None]:
        """What Chroma raises in the block as our errors."""
        return _errors(self._folder)

    def rows(self, dimension: int) -> int:
        """How many rows Chroma takes in one call."""
        return _ROWS

    def make(self, kind: str, configuration: "Mapping[str, Any]", facts: "Mapping[str, Any]") -> "Collection":
        """A new collection."""
        return self._client.create_collection(
            kind, embedding_function=None, configuration=cast("Any", configuration), metadata=dict(facts)
        )

    def get(self, kind: str) -> "Collection":
        """A collection that is there."""
        return self._client.get_collection(kind, embedding_function=None)

    def remove(self, kind: str) -> None:
        """Remove a collection."""
        self._client.delete_collection(kind)


def files_message(folder: Path, what: str) -> str:
    """A sentence about what is wrong with the files in a folder, with the command that makes them anew."""
    return (
        f"The vector index {folder} {what}, expected what a build wrote. "
        "Build the index again: askspeech build FOLDER --store STORE"
    )


def _errors(folder: Path) -> AbstractContextManager[None]:
    from chromadb.errors import ChromaError  # noqa: PLC0415 - slow to import, and examining files does without it

    return part_errors(folder, "vector index", ChromaError, ValueError)


def _client(folder: Path, closing: ExitStack) -> "Client":
    import chromadb  # noqa: PLC0415 - as above
    from chromadb.config import Settings  # noqa: PLC0415

    # Chroma keeps one system per path string: one spelling of a path must not open it twice.
    settings = Settings(**CHROMA_ALONE, chroma_api_impl="chromadb.api.rust.RustBindingsAPI")
    made = chromadb.PersistentClient(path=folder.resolve(), settings=settings)
    client = cast("Client", made)
    closing.callback(client.close)
    return client
