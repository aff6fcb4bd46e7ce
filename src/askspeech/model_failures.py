"""What can go wrong with a chat model, and the one sentence that says so. No key stands in it."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from askspeech.bilingual import Bilingual
from askspeech.neutral import neutral

__all__ = ["Failure", "FailureKind", "RefusedReplyError", "failure_of", "sentence_of"]

FailureKind = Literal[
    "refused", "unknown_host", "unreachable", "key", "forbidden", "missing", "busy", "server", "rejected", "slow",
    "cut", "nonsense", "empty", "language", "unsupported", "no_question", "redirected", "packed", "too_much",
    "tool", "setup", "unknown",
]  # fmt: skip

_LONGEST_DETAIL = 160
_HOST = re.compile(r"[\w.:-]{1,80}")
_TOKENS = re.compile(r"(?i)\bbearer\s+\S+|\b(?:sk|pk|key|token)[-_][\w*.-]{6,}|\b[A-Za-z0-9_-]{32,}")
_STATUSES: Mapping[int, FailureKind] = MappingProxyType({401: "key", 403: "forbidden", 404: "missing", 429: "busy"})
_NAMES: tuple[tuple[FailureKind, frozenset[str]], ...] = (
    ("slow", frozenset({"TimeoutError", "TimeoutException", "ReadTimeout", "ConnectTimeout", "APITimeoutError"})),
    ("refused", frozenset({"ConnectionRefusedError"})),
    ("unknown_host", frozenset({"gaierror"})),
    ("cut", frozenset({"RemoteProtocolError", "ReadError", "ConnectionResetError", "IncompleteRead"})),
    ("unreachable", frozenset({"ConnectError", "APIConnectionError", "ConnectionError", "OSError", "SSLError"})),
    ("nonsense", frozenset({"JSONDecodeError", "DecodingError", "APIResponseValidationError", "ValidationError"})),
    ("nonsense", frozenset({"ValueError", "TypeError", "KeyError", "AttributeError", "IndexError", "RecursionError"})),
)  # fmt: skip
_SENTENCES: Mapping[FailureKind, tuple[str, str]] = MappingProxyType(
    {
        "refused": (
            "Nothing answers at {where} ({chinese}): the server of {name} was expected there. Start it, or "
            "correct ASKSPEECH_CHAT_URL.",
            "连不上模型服务",
        ),
        "unknown_host": (
            "There is no host {where} ({chinese}): the server of {name} was expected there. Correct "
            "ASKSPEECH_CHAT_URL, or check the network.",
            "找不到这个地址",
        ),
        "unreachable": (
            "No connection to {where} could be made ({chinese}): the server of {name} was expected. Check that it"
            " runs and that the network lets it through.",
            "连不上模型服务",
        ),
        "key": (
            "The key for {name} was refused by {where} ({chinese}): a valid one was expected. Set ASKSPEECH_CHAT_KEY.",
            "密钥无效，401",
        ),
        "forbidden": (
            "The use of {name} with this key is not allowed by {where} ({chinese}). Use a key that may, or "
            "another model.",
            "没有权限，403",
        ),
        "missing": (
            "Neither model nor address is known to {where} ({chinese}): {name} was expected. Correct "
            "ASKSPEECH_CHAT_MODEL or ASKSPEECH_CHAT_URL, which mostly ends in /v1.",
            "没有这个模型或地址，404",
        ),
        "busy": (
            "No more requests for {name} are taken by {where} now ({chinese}). Ask again later, or raise the "
            "limit of the key.",
            "请求过多或额度用完，429",
        ),
        "server": (
            "Status {status} came from {where} ({chinese}): an answer of {name} was expected. Look at the "
            "server's log, and ask again.",
            "模型服务出错",
        ),
        "rejected": (
            "The request for {name} was not taken by {where} ({chinese}): {detail}. Correct the ASKSPEECH_CHAT_… "
            "settings.",
            "请求被拒绝，{status}",
        ),
        "slow": (
            "No answer of {name} came from {where} within {seconds:g} seconds ({chinese}). Ask again, use a "
            "faster model, or raise ASKSPEECH_CHAT_FIRST_WORD_SECONDS and ASKSPEECH_CHAT_SECONDS.",
            "模型太慢",
        ),
        "cut": (
            "The connection to {where} broke before {name} had finished ({chinese}). Ask again; if it breaks "
            "again, look at the server's log.",
            "连接中断",
        ),
        "nonsense": (
            "What {where} sent is no reply of a chat model ({chinese}): {name} was expected. Correct "
            "ASKSPEECH_CHAT_URL, which mostly ends in /v1.",
            "返回内容无法识别",
        ),
        "empty": (
            "Nothing was written by {name} at {where} ({chinese}). Ask again, or use another model.",
            "模型没有写出内容",
        ),
        "language": (
            "The answer of {name} at {where} is in another language than the question ({chinese}). Ask again, or "
            "use another model.",
            "回答的语言不对",
        ),
        "unsupported": (
            "Hardly anything that {name} wrote is borne out by the speeches ({chinese}). Ask again, or use a "
            "better model.",
            "所写内容在讲话中没有依据",
        ),
        "no_question": (
            "What {name} at {where} wrote is no question in Chinese ({chinese}). Ask again, or use another model.",
            "没有写出中文问题",
        ),
        "redirected": (
            "A redirect{elsewhere} came from {where} ({chinese}): an answer of {name} was expected, and nothing is "
            "sent to an address that no setting names. Correct ASKSPEECH_CHAT_URL.",
            "模型服务要求转到其他地址，没有跟随",
        ),
        "packed": (
            "A compressed reply ({detail}) came from {where} ({chinese}): one of {name} that is not compressed was "
            "asked for. Have the server send it so.",
            "模型服务发来压缩的内容",
        ),
        "too_much": (
            "More came from {where} than an answer of {name} can be ({chinese}): it was read no further. Look at the "
            "server's log, and check ASKSPEECH_CHAT_URL.",
            "模型服务发来的内容过大",
        ),
        "tool": (
            "A tool was called by {name} at {where} ({chinese}): words were expected, and no tool is offered. Switch "
            "the use of tools off at the server, or use another model.",
            "模型要求调用工具",
        ),
        "setup": (
            "The chat model {name} could not be set up ({chinese}): {detail}. A model is named provider:model, "
            "such as openai:qwen3. Correct ASKSPEECH_CHAT_MODEL and what goes with it.",
            "模型设置有误",
        ),
        "unknown": (
            "The call of {name} at {where} failed ({chinese}): {detail}. Ask again; if it fails again, look at "
            "the server's log.",
            "模型出错",
        ),
    }
)
"""What is said of each kind in English, with the place of what is said in Chinese."""
_ASK_AGAIN = "请稍后再问；仍然如此，请管理员检查对话模型的设置和日志。"


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong: the HTTP status and what the server or library said, where there is such a thing."""

    kind: FailureKind
    status: int = 0
    detail: str = ""
    seconds: float = 0.0


class RefusedReplyError(Exception):
    """A reply of a model's server that is not read; `detail` is where it leads, or how it is packed."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind, self.detail = kind, detail


def failure_of(error: BaseException) -> Failure:
    """What an exception of a model's library means."""
    chain = list(_chain(error))
    refused = next((one for one in chain if isinstance(one, RefusedReplyError)), None)
    if refused is not None:
        return Failure(refused.kind, 0, refused.detail)
    status = next((found for one in chain if (found := _status(one))), 0)
    detail = f"{type(error).__name__}: {error}"
    if status:
        return Failure(_kind_of_status(status), status, detail)
    names = {kind.__name__ for one in chain for kind in type(one).__mro__}
    kind = next((kind for kind, known in _NAMES if names & known), None)
    return Failure(kind or "unknown", 0, detail)


def sentence_of(failure: Failure, name: str, where: str, secrets: Collection[str]) -> Bilingual:
    """What happened, what was expected, what to do next; every secret and whatever looks like one left out."""
    english, chinese = _SENTENCES[failure.kind]
    values = {
        "name": name,
        "where": where,
        "status": failure.status,
        "seconds": failure.seconds,
        "detail": _redacted(failure.detail, secrets),
        "elsewhere": "",
    }
    host = failure.detail if failure.kind == "redirected" and _HOST.fullmatch(failure.detail) else ""
    happened = chinese.format(**values)
    return Bilingual(
        _without(english.replace(" ({chinese})", "").format(**values), secrets),
        f"{_without(happened, secrets)}。{_ASK_AGAIN}",
        # Where a redirect leads is for whoever runs the server alone: a reader could take it for somewhere to go.
        _without(english.format(chinese=happened, **values | {"elsewhere": host and f" to {host}"}), secrets),
    )


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
