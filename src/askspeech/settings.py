"""Settings: frozen dataclasses passed in explicitly, and the one function that reads the environment."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from askspeech.errors import SettingsError

LARGEST_PORT = 65535
_MOST_DIGITS = 5
MAX_QUESTION_CHARACTERS = 2000
MAX_FILTER_VALUES = 50
DEFAULT_STORE = Path("vectordb/store")
DEFAULT_BATCH_SIZE = 32
DEFAULT_ADMINISTRATOR = "admin"
LARGEST_BATCH_SIZE = 4096
LARGEST_NUMBER_OF_TOKENS = 99999
LONGEST_WAIT = 3600.0
HOTTEST = 2.0
LOG_LEVELS = ("debug", "info", "warning", "error")
_SECRET_NAMES = ("KEY", "TOKEN", "SECRET", "PASSWORD")
# What is shorter may be a word that lines need.
_SHORTEST_SECRET = 6


EngineName = Literal["auto", "serial", "pool", "ray"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
MOST_WORKERS = 4096


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
    # Where files are prepared when an index is built: in this process and, where that takes long, in worker processes
    # of this machine (auto); in this process (serial), in workers (pool), on a Ray cluster (ray). The index is alike.
    engine: EngineName = "auto"
    # How many workers; 0 for as many as this machine has processors and memory for.
    workers: int = 0

    @property
    def chroma_server(self) -> ChromaServer | None:
        """The Chroma server that holds the vectors; None where they are in files of the store."""
        return ChromaServer(self.chroma_url, self.chroma_token) if self.chroma_url else None


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is written to stderr, and how."""

    form: Literal["text", "json"] = "text"
    # The least that is written: debug, info, warning or error; empty for info, on a terminal warning.
    level: str = ""
    # Whether the lines about questions hold their texts, those about requests the users' names.
    questions: bool = False
    users: bool = False
    # What must never be written: values of the environment whose names say that they are secret.
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """How much one user may ask of the server, or one address where nobody is signed in."""

    # How many questions, other requests and uploads a minute; 0 for any number.
    questions: int = 60
    requests: int = 1200
    uploads: int = 60
    # How much may be uploaded at once, in MiB.
    upload_megabytes: int = 200
    # How many questions of all users are answered and wait at once.
    at_once: int = 64


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the chat page is served."""

    host: str = "127.0.0.1"
    port: int = 7860
    # The folder of conversations and feedback; None for the one beside the store (`data_folder`).
    data: Path | None = None
    # A file with the password of the first administrator, who is added where there is no user yet, and the name.
    admin_password_file: Path | None = None
    admin_name: str = DEFAULT_ADMINISTRATOR
    # Addresses and networks of proxies whose word on where a request came from is believed; parted by commas.
    trusted_proxies: str = ""
    # The names under which it answers; parted by commas, empty for this machine's own name and addresses.
    allowed_hosts: str = ""
    limits: LimitSettings = field(default_factory=LimitSettings)
    logs: LogSettings = field(default_factory=LogSettings)
    # How long answers that are being made may take once the server is asked to end.
    seconds_to_finish: float = 8.0


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
    checker_revision: str = ""


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
            batch_size=_count(environment, "ASKSPEECH_BATCH_SIZE", index.batch_size, most=LARGEST_BATCH_SIZE),
            cleaning_rules=_path(environment, "ASKSPEECH_CLEANING_RULES"),
            chroma_url=_chroma_url(environment.get("ASKSPEECH_CHROMA_URL", "")),
            chroma_token=environment.get("ASKSPEECH_CHROMA_TOKEN", "").strip(),
            engine=_engine(environment.get("ASKSPEECH_ENGINE", index.engine)),
            workers=_count(environment, "ASKSPEECH_WORKERS", index.workers, 0, MOST_WORKERS),
        ),
        ServerSettings(
            host=environment.get("ASKSPEECH_HOST", server.host),
            port=_port(environment.get("ASKSPEECH_PORT", str(server.port))),
            data=_path(environment, "ASKSPEECH_DATA"),
            admin_password_file=_path(environment, "ASKSPEECH_ADMIN_PASSWORD_FILE"),
            admin_name=environment.get("ASKSPEECH_ADMIN_NAME", server.admin_name),
            trusted_proxies=environment.get("ASKSPEECH_TRUSTED_PROXIES", ""),
            allowed_hosts=environment.get("ASKSPEECH_ALLOWED_HOSTS", ""),
            limits=_limits(environment),
            logs=_logs(environment),
            seconds_to_finish=_amount(
                environment, "ASKSPEECH_SECONDS_TO_FINISH", server.seconds_to_finish, LONGEST_WAIT, least=0.0
            ),
        ),
        _chat(environment),
    )


def data_folder(index: IndexSettings, server: ServerSettings) -> Path:
    """The folder of conversations and feedback: the one that is set, else `data` beside the store."""
    return index.store.parent / "data" if server.data is None else server.data


def _limits(environment: Mapping[str, str]) -> LimitSettings:
    default = LimitSettings()
    return LimitSettings(
        questions=_count(environment, "ASKSPEECH_QUESTIONS_PER_MINUTE", default.questions, least=0),
        requests=_count(environment, "ASKSPEECH_REQUESTS_PER_MINUTE", default.requests, least=0),
        uploads=_count(environment, "ASKSPEECH_UPLOADS_PER_MINUTE", default.uploads, least=0),
        upload_megabytes=_count(environment, "ASKSPEECH_UPLOAD_MEGABYTES", default.upload_megabytes),
        at_once=_count(environment, "ASKSPEECH_QUESTIONS_AT_ONCE", default.at_once),
    )


def _logs(environment: Mapping[str, str]) -> LogSettings:
    form = environment.get("ASKSPEECH_LOG", "text").strip().lower()
    level = environment.get("ASKSPEECH_LOG_LEVEL", "").strip().lower()
    if form not in ("text", "json"):
        raise SettingsError(
            f"ASKSPEECH_LOG is {form!r}: it is text or json. Correct or unset it.", "请写 text 或 json。"
        )
    if level not in ("", *LOG_LEVELS):
        raise SettingsError(
            f"ASKSPEECH_LOG_LEVEL is {level!r}: it is one of {', '.join(LOG_LEVELS)}. Correct or unset it.",
            "日志级别有误，请改正。",
        )
    secret = (value.strip() for name, value in environment.items() if name.upper().endswith(_SECRET_NAMES))
    return LogSettings(
        form="json" if form == "json" else "text",
        level=level,
        questions=_yes(environment, "ASKSPEECH_LOG_QUESTIONS"),
        users=_yes(environment, "ASKSPEECH_LOG_USERS"),
        secrets=frozenset(value for value in secret if len(value) >= _SHORTEST_SECRET),
    )


def _yes(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "0").strip()
    if text not in ("0", "1"):
        raise SettingsError(f"{name} is {text!r}: it is 1 for yes or 0 for no. Correct or unset it.", "请写 1 或 0。")
    return text == "1"


def _chat(environment: Mapping[str, str]) -> ChatSettings:
    default = ChatSettings()
    if "ASKSPEECH_CHAT_MODEL" not in environment and "ASKSPEECH_CHAT_URL" in environment:
        raise SettingsError(
            "ASKSPEECH_CHAT_URL is set, but ASKSPEECH_CHAT_MODEL is not: name the model that is served there, such as "
            "ASKSPEECH_CHAT_MODEL=openai:qwen3, or unset the address.",
            "请用 ASKSPEECH_CHAT_MODEL 写明模型名。",
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
        checker_revision=environment.get("ASKSPEECH_CHECKER_REVISION", "").strip(),
    )


def _chroma_url(text: str) -> str:
    url = text.strip().rstrip("/")
    if url and not _is_address(url):
        # What is wrong with it may be a password in it: it is not repeated.
        raise SettingsError(
            "ASKSPEECH_CHROMA_URL is not the address of a Chroma server: it begins with http:// or https://, names a "
            "host, and holds no user, password, question mark or #, such as http://127.0.0.1:8000. A token for a proxy "
            "before the server goes into ASKSPEECH_CHROMA_TOKEN. Correct or unset it.",
            "地址有误，请改正或取消这项设置。",
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


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    return Path(environment[name]) if name in environment else None


def _amount(environment: Mapping[str, str], name: str, default: float, most: float, least: float = 0.1) -> float:
    text = environment.get(name, str(default))
    try:
        amount = float(text) if text.isascii() else math.nan
    except ValueError:
        amount = math.nan
    if not least <= amount <= most:
        raise SettingsError(f"{name} is {text!r}: it is a number from {least:g} to {most:g}. Correct or unset it.")
    return amount


def _count(
    environment: Mapping[str, str], name: str, default: int, least: int = 1, most: int = LARGEST_NUMBER_OF_TOKENS
) -> int:
    text = environment.get(name, str(default))
    count = _whole_number(text)
    if count is None or not least <= count <= most:
        raise SettingsError(f"{name} is {text!r}: it is a whole number from {least} to {most}. Correct or unset it.")
    return count


def _port(text: str) -> int:
    port = _whole_number(text)
    if port is None or port > LARGEST_PORT:
        raise SettingsError(
            f"ASKSPEECH_PORT is {text!r}: a port is a whole number from 0 to {LARGEST_PORT}. Correct or unset it."
        )
    return port


def _engine(text: str) -> EngineName:
    for name in ENGINES:
        if text.strip().lower() == name:
            return name
    raise SettingsError(
        f"ASKSPEECH_ENGINE is {text!r}: it is one of {', '.join(ENGINES)}. Correct or unset it. 请改正。"
    )


def _whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None
