"""Where the vectors of a store's generations are: in files of the generation, or in collections of a Chroma server."""

import json
import logging
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from askspeech.chroma_server import Connection, ServerPlace, collection_prefix, remove_collections
from askspeech.disk import disk_errors, replace_file
from askspeech.errors import StoreError
from askspeech.manifest import Manifest
from askspeech.settings import ChromaServer
from askspeech.store import Store
from askspeech.vectors import VECTORS, Place

__all__ = ["STORE_ID", "greet", "new_place", "place_of", "recorded", "remove_unused"]

STORE_ID = "chroma-id"

_log = logging.getLogger(__name__)


def place_of(generation: Path, manifest: Manifest, server: ChromaServer | None) -> Place:
    """Where a finished generation has its vectors.

    Raises:
        StoreMismatchError: elsewhere than the server that is set, or none, says.
    """
    manifest.check_place(on_server=server is not None, store=generation.parent.parent)
    if server is None:
        return generation / VECTORS
    return ServerPlace(server, manifest.vectors["collections"], manifest.vectors.get("interface", ""))


def greet(server: ChromaServer | None) -> str:
    """Check that the server answers, where there is one, and return its interface.

    Raises:
        StoreUnreachableError: it does not answer.
        StoreMismatchError: it is of another version.
    """
    if server is None:
        return ""
    with ExitStack() as closing:
        return Connection(server, closing).interface


def new_place(store: Store, draft: Path, interface: str) -> Place:
    """Where a new generation puts its vectors; only for the one writer of the store.

    Raises:
        DiskError: the store's name on the server cannot be written down.
    """
    if store.server is None:
        return draft / VECTORS
    return ServerPlace(store.server, collection_prefix(_store_id(store), draft.name), interface)


def recorded(place: Place) -> Mapping[str, str]:
    """What the manifest says of a place."""
    if isinstance(place, Path):
        return {}
    return {"collections": place.prefix, "interface": place.interface}


def remove_unused(store: Store) -> None:
    """Remove the store's own collections of generations that are gone; only for the one writer of the store.

    What cannot be removed now, the next build removes: the server may have gone meanwhile.
    """
    if store.server is None or not (store.path / STORE_ID).exists():
        return
    try:
        kept = [folder.name for folder in store.generations.iterdir()]
        removed = remove_collections(store.server, _store_id(store), kept)
    except StoreError as error:
        _log.warning("Collections of earlier builds stay on the Chroma server until the next build: %s", error)
    else:
        _log.info("%d collections of earlier builds were removed from the Chroma server.", len(removed))


def _store_id(store: Store) -> str:
    """The store's name on servers; a copy of a store takes a new one, or it would remove what the original uses."""
    path = store.path / STORE_ID
    with disk_errors(path, "read"):
        # Inodes stay when a folder is moved or mounted elsewhere; a copy has others.
        place = [store.path.stat().st_ino, store.generations.stat().st_ino]
        known = _read(path)
    if known.get("place") == place and isinstance(known.get("id"), str):
        return str(known["id"])
    made = secrets.token_hex(8)
    replace_file(path, json.dumps({"id": made, "place": place}) + "\n")
    return made


def _read(path: Path) -> Mapping[str, object]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
