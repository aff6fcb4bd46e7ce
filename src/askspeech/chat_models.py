"""Chat models: loaded through LangChain, asked in a thread of their own, so that no model can keep a reader waiting.

Whatever goes wrong becomes a ModelError of one sentence, in which no key stands.
"""

import contextvars
import re
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from importlib import import_module
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from askspeech.bilingual import Bilingual
from askspeech.egress import untraced
from askspeech.errors import ModelError
from askspeech.model_failures import Failure, failure_of, sentence_of
from askspeech.model_replies import IDENTITY, admitted
from askspeech.prompting import Prompt
from askspeech.settings import ChatSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["ChatModel", "Reply", "Spent", "chat_model_of", "limited"]

_EXTRAS = {"langchain-openai": "askspeech[openai]", "langchain-ollama": "askspeech[ollama]"}
_PACKAGE = re.compile(r"`pip install (?:-U )?([a-z][a-z0-9-]*)`")
_CHARACTERS_PER_TOKEN = 8
_TOKENS_OF_THE_RULES = 2048
_NO_KEY = "no-key"
_TELLS_ITS_END = ("langchain_openai", "langchain_ollama")
# Those of init_chat_model, which may stand in front of a model's name; a colon may be part of the name as well.
_PROVIDERS = frozenset(
    {
        "anthropic", "azure_ai", "azure_openai", "baseten", "bedrock", "bedrock_converse", "cohere", "deepseek",
        "fireworks", "google_genai", "google_vertexai", "groq", "huggingface", "ibm", "litellm", "mistralai", "nvidia",
        "ollama", "openai", "openrouter", "perplexity", "together", "upstage", "xai",
    }
)  # fmt: skip
_THINKS = ("<think>", "<thinking>")
_THOUGHT = re.compile(r"</think(?:ing)?>\s*")


@dataclass(slots=True)
class Spent:
    """What one question cost: tokens, `estimated` where a server did not count them, and seconds by what took them.

    `failure` is what went wrong with the model, in a word; empty where nothing did.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    rewrite_seconds: float = 0.0
    search_seconds: float = 0.0
    checking_seconds: float = 0.0
    failure: str = ""

    def add(self, usage: dict[str, int], asked: str, written: str) -> None:
        """Add a call: what the model's server counted, else an estimate from what was asked and written."""
        self.input_tokens += usage.get("input_tokens") or _tokens(asked)
        self.output_tokens += usage.get("output_tokens") or _tokens(written)
        self.estimated = self.estimated or not usage


def _tokens(text: str) -> int:
    """About how many tokens a text has: seven for ten Chinese characters, one for four others."""
    chinese = sum(character > "⺀" for character in text)
    return round(chinese * 0.7 + (len(text) - chinese) / 4)


def chat_model_of(settings: ChatSettings) -> "ChatModel | None":
    """The chat model that the settings name, not loaded yet; None where they name none."""
    return ChatModel(settings) if settings.model else None


def limited(chat_model: "ChatModel | BaseChatModel | None") -> "ChatModel | None":
    """A chat model with limits: LangChain's own gets the usual ones."""
    if chat_model is None or isinstance(chat_model, ChatModel):
        return chat_model
    return ChatModel(ChatSettings(), chat_model)


class ChatModel:
    """A chat model with limits, loaded at its first use. Any number of threads use it at once."""

    def __init__(self, settings: ChatSettings, model: "BaseChatModel | None" = None) -> None:
        self.settings = settings
        self.name = settings.model or type(model).__name__
        self._model = model
        self._loading = threading.Lock()

    def __repr__(self) -> str:
        """The model's name; no key."""
        return f"ChatModel({self.name!r})"

    def load(self) -> "BaseChatModel":
        """The model, loaded if it is not yet; raises ModelError where it cannot be."""
        with self._loading:
            if self._model is None:
                self._model = _loaded(self.settings)
            return self._model

    def reply(self, asked: Prompt, spent: Spent, deadline: float) -> "Reply":
        """What the model writes, to be iterated over.

        Args:
            asked: the rules, and the question with its material.
            spent: what the call costs is added to it.
            deadline: when the whole reply must be there, in seconds of `time.monotonic`.
        """
        return Reply(self, asked, spent, deadline)

    def error(self, failure: Failure) -> ModelError:
        """The error that says what went wrong, without any key."""
        return ModelError(sentence_of(failure, self.name, self._where(), self.secrets()), failure.kind)

    def _where(self) -> str:
        if not self.settings.url:
            return "its service"
        parts = urlsplit(self.settings.url if "//" in self.settings.url else f"//{self.settings.url}")
        return parts.netloc.rpartition("@")[2] or "its address"

    def secrets(self) -> set[str]:
        """The key of the settings, and those that the model has found for itself."""
        held = vars(self._model).values() if self._model is not None else ()
        found = {value.get_secret_value() for value in held if hasattr(value, "get_secret_value")}
        return {one for one in {self.settings.key, *found} if isinstance(one, str) and one and one != _NO_KEY}


@dataclass(frozen=True, slots=True)
class _Ended:
    """The last thing in a queue: the error that ended the call, None where the model came to its end."""

    error: BaseException | None = None


@dataclass(slots=True)
class _Call:
    """One call: what its thread puts into the queue, and whether anybody still waits for it."""

    news: SimpleQueue[Any] = field(default_factory=SimpleQueue)
    abandoned: threading.Event = field(default_factory=threading.Event)
    over: bool = False
    response: Any = None
    """The HTTP response, where the model's library lets it be seen."""

    def connected(self, response: Any) -> None:
        """Remember the response; raises TimeoutError, the response closed, where nobody waits for it any more."""
        self.response = response
        if self.abandoned.is_set():  # while the response was still on its way: nothing was there to close
            response.close()
            raise TimeoutError

    def abandon(self) -> None:
        """Wait for nothing more; a connection that only says that it is alive would else hold the thread for ever."""
        self.abandoned.set()
        if self.response is not None and not self.over:
            with suppress(OSError, RuntimeError):  # it may be gone already
                self.response.close()


_of_this_thread = threading.local()


class Reply:
    """What a model writes, as it comes, without what it thinks aloud in front of it.

    Iterating waits no longer than the settings and the deadline allow; the call's thread is a daemon, and ends with
    what next comes from the model, or with the time-out of its connection. `cut_off` says whether the model was stopped
    at the limit of what it may write.

    Iterating raises ModelError where the model cannot be loaded, fails, is too slow, breaks off or writes nothing.
    """

    def __init__(self, chat: ChatModel, asked: Prompt, spent: Spent, deadline: float) -> None:
        self.cut_off = False
        self._chat, self._asked, self._spent, self._deadline = chat, asked, spent, deadline
        self._written: list[str] = []
        self._usage: dict[str, int] = {}
        self._finish = ""

    def __iter__(self) -> Generator[str, None, None]:
        """The text as it comes."""
        with closing(self._texts()) as texts:
            yield from _without_thinking(texts)

    def _texts(self) -> Generator[str, None, None]:
        began = time.monotonic()
        model = self._chat.load()
        call = _Call()
        run = contextvars.copy_context().run
        threading.Thread(
            target=run, args=(_ask, model, self._asked, call), name="askspeech-chat-model", daemon=True
        ).start()
        try:
            while not self.cut_off and (chunk := self._next(call, began)) is not None:
                if text := self._taken(chunk):
                    yield text
        finally:
            call.abandon()
            if self._usage or self._written:
                self._spent.add(self._usage, self._asked.system + self._asked.user, "".join(self._written))
        self._check_end(model)

    def _next(self, call: _Call, began: float) -> Any:
        """The next chunk, None at the end; raises ModelError where none comes in time or the call has failed."""
        settings = self._chat.settings
        first_word = min(self._deadline, began + settings.seconds_to_first_word)
        until = self._deadline if self._written else first_word
        try:
            news = call.news.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            raise self._chat.error(Failure("slow", seconds=round(until - began, 1))) from None
        if not isinstance(news, _Ended):
            return news
        if news.error is not None:
            failure = failure_of(news.error)
            waited = round(time.monotonic() - began, 1)
            # The library's exception may hold the request with its key: it is not chained.
            raise self._chat.error(Failure(failure.kind, failure.status, failure.detail, waited)) from None
        return None

    def _taken(self, chunk: Any) -> str:
        """The text of a chunk; what else it tells is kept."""
        told = chunk.response_metadata
        self._finish = told.get("finish_reason") or told.get("done_reason") or told.get("stop_reason") or self._finish
        for name, count in (chunk.usage_metadata or {}).items():
            if isinstance(count, int):
                self._usage[name] = max(count, self._usage.get(name, 0))
        room = self._chat.settings.output_tokens * _CHARACTERS_PER_TOKEN - sum(map(len, self._written))
        whole = str(chunk.text)
        text = whole[: max(0, room)]
        if text:
            self._written.append(text)
        self.cut_off = self._finish in ("length", "max_tokens") or len(whole) > room
        return text

    def _check_end(self, model: "BaseChatModel") -> None:
        """Raise ModelError where the model has broken off, or has written nothing."""
        if self.cut_off:
            return
        if not self._finish and type(model).__module__.startswith(_TELLS_ITS_END):
            raise self._chat.error(Failure("cut" if self._written else "nonsense"))
        if not "".join(self._written).strip():
            raise self._chat.error(Failure("empty"))


def _ask(model: "BaseChatModel", asked: Prompt, call: _Call) -> None:
    """Put what the model writes into the call's queue; runs in the call's thread."""
    error: BaseException | None = None
    _of_this_thread.call = call
    try:
        stream: Any = model.stream([("system", asked.system), ("human", asked.user)])
        with untraced(), closing(stream):
            for chunk in stream:
                if call.abandoned.is_set():
                    return
                call.news.put(chunk)
    except BaseException as raised:  # raised again as ModelError by whoever waits for it
        error = raised
    call.over = True
    call.news.put(_Ended(error))


def _client_that_can_be_closed() -> Any:
    """An HTTP client of OpenAI's library that shows the response of a call to the call."""
    # By name: the library comes with an extra.
    client = import_module("openai").DefaultHttpxClient
    return client(headers={"Connection": "close", **IDENTITY}, **_bounds())


def _bounds() -> dict[str, Any]:
    """What the clients of all libraries on httpx are made with."""

    def remember(response: Any) -> None:
        _of_this_thread.call.connected(response)

    return {"event_hooks": {"response": [remember, admitted]}, "follow_redirects": False}


def _without_thinking(texts: Iterator[str]) -> Iterator[str]:
    """The texts without a first part in <think>…</think>, which some servers send with the answer."""
    ahead = ""
    for text in texts:
        ahead += text
        start = ahead.lstrip()
        if any(tag.startswith(start[: len(tag)]) for tag in _THINKS):
            if not start.startswith(_THINKS):
                continue  # it may still become a tag
            if not (thought := _THOUGHT.search(start)):
                continue
            ahead = start[thought.end() :]
        yield ahead
        yield from texts
        return
    if ahead and not ahead.lstrip().startswith(_THINKS):
        yield ahead


def _loaded(settings: ChatSettings) -> "BaseChatModel":
    """The model that the settings name; raises ModelError where it cannot be loaded."""
    from langchain.chat_models import init_chat_model  # noqa: PLC0415 (takes a second to import)

    provider, model = _provider(settings)
    try:
        loaded: BaseChatModel = init_chat_model(model, model_provider=provider or None, **_options(settings, provider))
        return loaded
    except ImportError as error:
        problem = _missing_package(str(error), provider, settings.model)
    except Exception as error:
        problem = ChatModel(settings).error(Failure("setup", detail=str(error)))
    raise problem  # outside the handlers: what a library raised may hold the key


def _missing_package(said: str, provider: str, name: str) -> ModelError:
    found = _PACKAGE.search(said)
    package = found[1] if found else f"langchain-{provider}"
    install = f'pip install "{_EXTRAS.get(package, package)}"'
    needs = f"The chat model {name} needs a package that is not installed"
    return ModelError(
        Bilingual(
            f"{needs}. An administrator can install it: {install}",
            f"对话模型 {name} 缺少所需的软件包。请管理员安装：{install}",
            f"{needs} (没有安装所需的软件包). Install it: {install}",
        )
    )


def _provider(settings: ChatSettings) -> tuple[str, str]:
    """The provider of the settings' model, nothing where LangChain is to find out, and the model's own name.

    What is served at an address of one's own speaks the protocol of OpenAI, unless the name says otherwise.
    """
    provider, separator, model = settings.model.partition(":")
    if separator and provider.replace("-", "_") in _PROVIDERS:
        return provider.replace("-", "_"), model
    return "openai" if settings.url else "", settings.model


def _options(settings: ChatSettings, provider: str) -> dict[str, Any]:
    """What a provider's class is made with: no retries, a time-out, and no key meant for another server."""
    options: dict[str, Any] = {}
    if settings.temperature is not None:
        options["temperature"] = settings.temperature
    if settings.url:
        options["base_url"] = settings.url
    if provider == "ollama":
        return options | _ollama_options(settings)
    options |= {"timeout": settings.seconds_to_first_word, "max_retries": 0}
    if settings.key or settings.url:
        options["api_key"] = settings.key or _NO_KEY
    if provider == "openai":
        options |= {"stream_usage": True, "http_client": _client_that_can_be_closed()}
    if provider == "openai" and settings.url:
        # The name of the limit that every server of this protocol knows; OpenAI's own wants another one.
        return options | {"extra_body": {"max_tokens": settings.output_tokens}}
    return options | {"max_tokens": settings.output_tokens}


def _ollama_options(settings: ChatSettings) -> dict[str, Any]:
    """Ollama's names for the limits; unless told otherwise it cuts what it is given after 4,096 tokens."""
    key = {"Authorization": f"Bearer {settings.key}"} if settings.key else {}
    client = {
        "timeout": settings.seconds_to_first_word,
        "headers": {**key, **IDENTITY},
        "follow_redirects": False,
    }
    context = settings.context_characters + settings.output_tokens + _TOKENS_OF_THE_RULES
    return {
        "num_predict": settings.output_tokens,
        "num_ctx": -(-context // 1024) * 1024,
        "reasoning": False,
        "client_kwargs": client,
        "sync_client_kwargs": _bounds(),
    }
