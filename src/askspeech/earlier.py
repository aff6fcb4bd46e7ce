"""The index in use, as far as a build may use it again: its documents, its vectors, its finished parts."""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from askspeech.catalog import CATALOG, Catalog, Embedding
from askspeech.errors import StoreDamagedError, StoreMismatchError
from askspeech.manifest import Manifest
from askspeech.store import Store
from askspeech.understanding import UNDERSTANDING_VERSION
from askspeech.verification import verify

__all__ = ["Earlier", "Shape", "open_earlier"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides how an index turns out, apart from the files: settings that shape it, and the embedder."""

    settings: Mapping[str, Any]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """A finished generation whose catalogue is sound; what else of it a build can use is said by the flags."""

    folder: Path
    manifest: Manifest
    catalog: Catalog
    documents_fit: bool
    """The same files would be understood in the same way."""
    vectors_fit: bool
    """The same embedder made its vectors."""
    parts_sound: bool
    """Its other two parts answer, agree with the catalogue and are where the settings say."""

    @property
    def fits(self) -> bool:
        """Whether a copy of it, changed, is what a build from nothing would make."""
        return self.documents_fit and self.vectors_fit and self.parts_sound

    def embedding_keys(self) -> frozenset[str]:
        """The keys of the embeddings that can be used again."""
        return frozenset(self.catalog.embedding_keys() if self.vectors_fit else ())

    def embeddings(self, keys: Collection[str]) -> Iterator[Embedding]:
        """Its embeddings of these keys, none where another embedder made them."""
        return self.catalog.embeddings_by_key(keys) if self.vectors_fit else iter(())


def open_earlier(store: Store, shape: Shape, closing: ExitStack) -> Earlier | None:
    """The generation in use, open until `closing` ends; None where there is none or it cannot be trusted."""
    try:
        folder = store.current()
        if folder is None:
            return None
        manifest = Manifest.read(folder)
        verification = verify(folder, quick=True, server=store.server)
        if {"manifest", "catalogue"} & set(verification.damaged):
            raise StoreDamagedError("; ".join(verification.problems))
        catalog = closing.enter_context(Catalog.open(folder / CATALOG))
    except (StoreMismatchError, StoreDamagedError) as error:
        _log.warning("The index in use is not used again: %s", error)
        return None
    if not verification.sound:
        _log.warning("The index in use is repaired: %s", "; ".join(verification.problems))
    return Earlier(
        folder,
        manifest,
        catalog,
        documents_fit=manifest.understanding == UNDERSTANDING_VERSION and dict(manifest.settings) == shape.settings,
        vectors_fit=manifest.embedder.fingerprint == shape.fingerprint
        and manifest.settings.get("tokens") == shape.settings["tokens"],
        parts_sound=verification.sound and bool(manifest.vectors) == (store.server is not None),
    )
