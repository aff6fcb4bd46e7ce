"""Settings: frozen dataclasses passed in explicitly, and the one function that reads the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from askspeech.errors import SettingsError

LARGEST_PORT = 65535
_LONGEST_PORT = 5
MAX_QUESTION_CHARACTERS = 2000
DEFAULT_STORE = Path("vectordb/store")


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What shapes an index and the search over it."""

    store: Path = DEFAULT_STORE
    # The embedder: empty for the built-in one, else the name or folder of a SentenceTransformer.
    embedder: str = ""
    embedder_revision: str = ""
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
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_PORT and int(text) <= LARGEST_PORT):
        raise SettingsError(
            f"ASKSPEECH_PORT is {text!r}: a port is a whole number from 0 to {LARGEST_PORT}. Correct or unset it."
        )
    return int(text)
