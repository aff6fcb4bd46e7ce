"""What can go wrong with a chat model, and the one sentence that says so. No key stands in it."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from askspeech.neutral import neutral

__all__ = ["Failure", "FailureKind", "failure_of", "sentence_of"]

FailureKind = Literal[
    "refused", "unknown_host", "unreachable", "key", "forbidden", "missing", "busy", "server", "rejected", "slow",
    "cut", "nonsense", "empty", "language", "unsupported", "no_question",
    "setup", "unknown",
]  # fmt: skip

_LONGEST_DETAIL = 160
_TOKENS = re.compile(r"(?i)\bbearer\s+\S+|\b(?:sk|pk|key|token)[-_][\w*.-]{6,}|\b[A-Za-z0-9_-]{32,}")
_STATUSES: Mapping[int, FailureKind] = MappingProxyType({401: "key", 403: "forbidden", 404: "missing", 429: "busy"})
_NAMES: tuple[tuple[FailureKind, frozenset[str]], ...] = (
    ("slow", frozenset({"TimeoutError", "TimeoutException", "ReadTimeout", "ConnectTimeout", "APITimeoutError"})),
    ("refused", frozenset({"ConnectionRefusedError"})),
    ("unknown_host", frozenset({"gaierror"})),
    ("cut", frozenset({"RemoteProtocolError", "ReadError", "ConnectionResetError", "IncompleteRead"})),
    ("unreachable", frozenset({"ConnectError", "APIConnectionError", "ConnectionError", "OSError", "SSLError"})),
    ("nonsense", frozenset({"JSONDecodeError", "DecodingError", "APIResponseValidationError", "ValidationError"})),
    ("nonsense", frozenset({"ValueError", "TypeError", "KeyError", "AttributeError", "IndexError"})),
)  # fmt: skip
_SENTENCES: Mapping[FailureKind, str] = MappingProxyType(
    {
        "refused": "Nothing answers at {where} (连不上模型服务): the server of {name} was expected there. "
        "Start it, or correct ASKSPEECH_CHAT_URL.",
        "unknown_host": "There is no host {where} (找不到这个地址): the server of {name} was expected there. "
        "Correct ASKSPEECH_CHAT_URL, or check the network.",
        "unreachable": "No connection to {where} could be made (连不上模型服务): the server of {name} was expected. "
        "Check that it runs and that the network lets it through.",
        "key": "The key for {name} was refused by {where} (密钥无效，401): a valid one was expected. "
        "Set ASKSPEECH_CHAT_KEY.",
        "forbidden": "The use of {name} with this key is not allowed by {where} (没有权限，403). "
        "Use a key that may, or another model.",
        "missing": "Neither model nor address is known to {where} (没有这个模型或地址，404): {name} was expected. "
        "Correct ASKSPEECH_CHAT_MODEL or ASKSPEECH_CHAT_URL, which mostly ends in /v1.",
        "busy": "No more requests for {name} are taken by {where} now (请求过多或额度用完，429). "
        "Ask again later, or raise the limit of the key.",
        "server": "Status {status} came from {where} (模型服务出错): an answer of {name} was expected. "
        "Look at the server's log, and ask again.",
        "rejected": "The request for {name} was not taken by {where} (请求被拒绝，{status}): {detail}. "
        "Correct the ASKSPEECH_CHAT_… settings.",
        "slow": "No answer of {name} came from {where} within {seconds:g} seconds (模型太慢). Ask again, use a "
        "faster model, or raise ASKSPEECH_CHAT_FIRST_WORD_SECONDS and ASKSPEECH_CHAT_SECONDS.",
        "cut": "The connection to {where} broke before {name} had finished (连接中断). "
        "Ask again; if it breaks again, look at the server's log.",
        "nonsense": "What {where} sent is no reply of a chat model (返回内容无法识别): {name} was expected. "
        "Correct ASKSPEECH_CHAT_URL, which mostly ends in /v1.",
        "empty": "Nothing was written by {name} at {where} (模型没有写出内容). Ask again, or use another model.",
        "language": "The answer of {name} at {where} is in another language than the question (回答的语言不对). "
        "Ask again, or use another model.",
        "unsupported": "Hardly anything that {name} wrote is borne out by the speeches (所写内容在讲话中没有依据). "
        "Ask again, or use a better model.",
        "no_question": "What {name} at {where} wrote is no question in Chinese (没有写出中文问题). "
        "Ask again, or use another model.",
        "setup": "The chat model {name} could not be set up (模型设置有误): {detail}. A model is named "
        "provider:model, such as openai:qwen3. Correct ASKSPEECH_CHAT_MODEL and what goes with it.",
        "unknown": "The call of {name} at {where} failed (模型出错): {detail}. "
        "Ask again; if it fails again, look at the server's log.",
    }
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong: the HTTP status and what the server or library said, where there is such a thing."""

    kind: FailureKind
    status: int = 0
    detail: str = ""
    seconds: float = 0.0


def failure_of(error: BaseException) -> Failure:
    """What an exception of a model's library means."""
    chain = list(_chain(error))
    status = next((found for one in chain if (found := _status(one))), 0)
    detail = f"{type(error).__name__}: {error}"
    if status:
        return Failure(_kind_of_status(status), status, detail)
    names = {kind.__name__ for one in chain for kind in type(one).__mro__}
    kind = next((kind for kind, known in _NAMES if names & known), None)
    return Failure(kind or "unknown", 0, detail)


def sentence_of(failure: Failure, name: str, where: str, secrets: Collection[str]) -> str:
    """What happened, what was expected, what to do next; every secret and whatever looks like one left out."""
    said = _SENTENCES[failure.kind].format(
        name=name,
        where=where,
        status=failure.status,
        seconds=failure.seconds,
        detail=_redacted(failure.detail, secrets),
    )
    return _without(said, secrets)


def _redacted(text: str, secrets: Collection[str]) -> str:
    line = neutral(_TOKENS.sub("…", _without(text, secrets))).text
    return (line if len(line) <= _LONGEST_DETAIL else line[:_LONGEST_DETAIL] + "…").rstrip(".")


def _without(text: str, secrets: Collection[str]) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and what it was raised from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _status(error: BaseException) -> int:
    response = getattr(error, "response", None)
    for found in (
        getattr(error, "status_code", None),
        getattr(response, "status_code", None),
        getattr(error, "code", None),
    ):
        if isinstance(found, int) and 400 <= found < 600:
            return found
    return 0


def _kind_of_status(status: int) -> FailureKind:
    return _STATUSES.get(status, "server" if status >= 500 else "rejected")
