"""Settings: frozen dataclasses passed in explicitly, and the one function that reads the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from askspeech.errors import SettingsError

LARGEST_PORT = 65535
_MOST_DIGITS = 5
MAX_QUESTION_CHARACTERS = 2000
DEFAULT_STORE = Path("vectordb/store")
DEFAULT_BATCH_SIZE = 32
LARGEST_BATCH_SIZE = 4096


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What shapes an index and the search over it."""

    store: Path = DEFAULT_STORE
    # The embedder: empty for the built-in one, else the name or folder of a SentenceTransformer.
    embedder: str = ""
    embedder_revision: str = ""
    # The reranker: empty for none, else the name or folder of a CrossEncoder.
    reranker: str = ""
    reranker_revision: str = ""
    # How many texts a model other than the built-in one takes at once.
    batch_size: int = DEFAULT_BATCH_SIZE
    # Passages, in characters of reading text.
    passage_minimum: int = 150
    passage_maximum: int = 350
    # A file of cleaning rules that are added to those of the package.
    cleaning_rules: Path | None = None


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the chat page is served."""

    host: str = "127.0.0.1"
    port: int = 7860


def from_environment(environment: Mapping[str, str]) -> tuple[IndexSettings, ServerSettings]:
    """The settings that the `ASKSPEECH_…` variables of an environment ask for; an empty variable counts as unset.

    Raises:
        SettingsError: a variable holds a value that cannot be used.
    """
    environment = {name: value for name, value in environment.items() if value}
    index, server = IndexSettings(), ServerSettings()
    return (
        IndexSettings(
            store=Path(environment.get("ASKSPEECH_STORE", index.store)),
            embedder=environment.get("ASKSPEECH_EMBEDDER", ""),
            embedder_revision=environment.get("ASKSPEECH_EMBEDDER_REVISION", ""),
            reranker=environment.get("ASKSPEECH_RERANKER", ""),
            reranker_revision=environment.get("ASKSPEECH_RERANKER_REVISION", ""),
            batch_size=_batch_size(environment.get("ASKSPEECH_BATCH_SIZE", str(index.batch_size))),
            cleaning_rules=Path(environment["ASKSPEECH_CLEANING_RULES"])
            if "ASKSPEECH_CLEANING_RULES" in environment
            else None,
        ),
        ServerSettings(
            host=environment.get("ASKSPEECH_HOST", server.host),
            port=_port(environment.get("ASKSPEECH_PORT", str(server.port))),
        ),
    )


def _port(text: str) -> int:
    port = _whole_number(text)
    if port is None or port > LARGEST_PORT:
        raise SettingsError(
            f"ASKSPEECH_PORT is {text!r}: a port is a whole number from 0 to {LARGEST_PORT}. Correct or unset it."
        )
    return port


def _batch_size(text: str) -> int:
    size = _whole_number(text)
    if not size or size > LARGEST_BATCH_SIZE:
        raise SettingsError(
            f"ASKSPEECH_BATCH_SIZE is {text!r}: it is a whole number from 1 to {LARGEST_BATCH_SIZE}. "
            "Correct or unset it."
        )
    return size


def _whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None
