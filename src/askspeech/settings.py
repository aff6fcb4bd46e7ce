"""Settings: frozen dataclasses passed in explicitly, and the one function that reads the environment."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from askspeech.errors import SettingsError

LARGEST_PORT = 65535
_MOST_DIGITS = 5
MAX_QUESTION_CHARACTERS = 2000
DEFAULT_STORE = Path("vectordb/store")
DEFAULT_BATCH_SIZE = 32
LARGEST_BATCH_SIZE = 4096
LARGEST_NUMBER_OF_TOKENS = 99999
LONGEST_WAIT = 3600.0
HOTTEST = 2.0


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A Chroma server: its address, and what is shown to a proxy before it, never printed."""

    url: str
    token: str = field(default="", repr=False)


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
    # The Chroma server that holds the vectors: empty to keep them in files of the store. The token is for a proxy
    # before it, and never shown.
    chroma_url: str = ""
    chroma_token: str = field(default="", repr=False)

    @property
    def chroma_server(self) -> ChromaServer | None:
        """The Chroma server that holds the vectors; None where they are in files of the store."""
        return ChromaServer(self.chroma_url, self.chroma_token) if self.chroma_url else None


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the chat page is served."""

    host: str = "127.0.0.1"
    port: int = 7860
    # The folder of conversations and feedback; None for the one beside the store (`data_folder`).
    data: Path | None = None


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """Which chat model writes the answers, and how long and how much it may; without a model, none does."""

    # The model, as LangChain's init_chat_model names it: openai:qwen3, ollama:qwen3:8b; empty for none.
    model: str = ""
    # Where it is served; empty for the provider's own service.
    url: str = ""
    # Empty for the provider's own variable, such as OPENAI_API_KEY. Never shown.
    key: str = field(default="", repr=False)
    # In seconds: until its first word, for a whole answer with the search for it, and for rewriting a question.
    seconds_to_first_word: float = 30.0
    seconds: float = 120.0
    rewrite_seconds: float = 8.0
    # How much it may write, and how freely; None leaves that to the provider.
    output_tokens: int = 1024
    temperature: float | None = 0.0
    # How much of the speeches it is given, in characters.
    context_characters: int = 6000
    # The model that sharpens the check of its sentences: empty for none, else the name or folder of a CrossEncoder.
    checker: str = ""


def from_environment(environment: Mapping[str, str]) -> tuple[IndexSettings, ServerSettings, ChatSettings]:
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
            chroma_url=_chroma_url(environment.get("ASKSPEECH_CHROMA_URL", "")),
            chroma_token=environment.get("ASKSPEECH_CHROMA_TOKEN", "").strip(),
        ),
        ServerSettings(
            host=environment.get("ASKSPEECH_HOST", server.host),
            port=_port(environment.get("ASKSPEECH_PORT", str(server.port))),
            data=Path(environment["ASKSPEECH_DATA"]) if "ASKSPEECH_DATA" in environment else None,
        ),
        _chat(environment),
    )


def data_folder(index: IndexSettings, server: ServerSettings) -> Path:
    """The folder of conversations and feedback: the one that is set, else `data` beside the store."""
    return index.store.parent / "data" if server.data is None else server.data


def _chat(environment: Mapping[str, str]) -> ChatSettings:
    default = ChatSettings()
    if "ASKSPEECH_CHAT_MODEL" not in environment and "ASKSPEECH_CHAT_URL" in environment:
        raise SettingsError(
            "ASKSPEECH_CHAT_URL is set, but ASKSPEECH_CHAT_MODEL is not: name the model that is served there, such as "
            "ASKSPEECH_CHAT_MODEL=openai:qwen3, or unset the address. 请用 ASKSPEECH_CHAT_MODEL 写明模型名。"
        )
    warmth = environment.get("ASKSPEECH_CHAT_TEMPERATURE", str(default.temperature))
    return ChatSettings(
        model=environment.get("ASKSPEECH_CHAT_MODEL", "").strip(),
        url=environment.get("ASKSPEECH_CHAT_URL", "").strip(),
        key=environment.get("ASKSPEECH_CHAT_KEY", "").strip(),
        seconds_to_first_word=_amount(
            environment, "ASKSPEECH_CHAT_FIRST_WORD_SECONDS", default.seconds_to_first_word, LONGEST_WAIT
        ),
        seconds=_amount(environment, "ASKSPEECH_CHAT_SECONDS", default.seconds, LONGEST_WAIT),
        rewrite_seconds=_amount(environment, "ASKSPEECH_CHAT_REWRITE_SECONDS", default.rewrite_seconds, LONGEST_WAIT),
        output_tokens=_count(environment, "ASKSPEECH_CHAT_OUTPUT_TOKENS", default.output_tokens),
        temperature=None
        if warmth == "none"
        else _amount(environment, "ASKSPEECH_CHAT_TEMPERATURE", default.temperature or 0.0, HOTTEST, least=0.0),
        context_characters=_count(environment, "ASKSPEECH_CHAT_CONTEXT_CHARACTERS", default.context_characters),
        checker=environment.get("ASKSPEECH_CHECKER", "").strip(),
    )


def _chroma_url(text: str) -> str:
    url = text.strip().rstrip("/")
    if url and not _is_address(url):
        # What is wrong with it may be a password in it: it is not repeated.
        raise SettingsError(
            "ASKSPEECH_CHROMA_URL is not the address of a Chroma server: it begins with http:// or https://, names a "
            "host, and holds no user, password, question mark or #, such as http://127.0.0.1:8000. A token for a proxy "
            "before the server goes into ASKSPEECH_CHROMA_TOKEN. Correct or unset it. 地址有误，请改正或取消这项设置。"
        )
    return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0  # the port is read here, which may fail
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(" @?#\\")
    return named and plain and parts.scheme in ("http", "https")


def _amount(environment: Mapping[str, str], name: str, default: float, most: float, least: float = 0.1) -> float:
    text = environment.get(name, str(default))
    try:
        amount = float(text) if text.isascii() else math.nan
    except ValueError:
        amount = math.nan
    if not least <= amount <= most:
        raise SettingsError(f"{name} is {text!r}: it is a number from {least:g} to {most:g}. Correct or unset it.")
    return amount


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    count = _whole_number(text)
    if not count:
        raise SettingsError(
            f"{name} is {text!r}: it is a whole number from 1 to {LARGEST_NUMBER_OF_TOKENS}. Correct or unset it."
        )
    return count


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
