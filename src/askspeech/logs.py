"""Logs: one line of text or of JSON for each event, to stderr, with no secret in it. Only the faces set them up.

What happens with the lines, how long they are kept and how large they may grow, is up to whatever runs the program:
systemd's journal, a container's runtime, logrotate.
"""

import json
import logging
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from askspeech.printing import printable
from askspeech.redaction import redactor
from askspeech.settings import LogSettings

__all__ = ["Logs", "event", "request_id"]

request_id: ContextVar[str] = ContextVar("askspeech_request_id", default="")
"""The id of the request that is being handled, which every line that is written meanwhile carries."""

_FIELDS = "askspeech_fields"
_OWN = "askspeech"
# Of others' loggers only warnings: some write the addresses and headers of what they call.
_OTHERS_LEVEL = logging.WARNING
_STDERR = "stderr"
LONGEST = 16 * 1024
"""How many characters of a text a line holds: its beginning and its end."""
SEARCHED, BESIDE_A_CUT = 3 * LONGEST // 2, LONGEST // 4
"""Of a longer text, in how many characters of each is looked for secrets, and how many may be half of one."""


def event(logger: logging.Logger, name: str, **fields: str | float | bool | None) -> None:
    """Write a line with fields, at the level of information; those that are None are left out."""
    known = {key: value for key, value in fields.items() if value is not None}
    logger.info(name, extra={_FIELDS: known})


class Logs:
    """Where log lines go: everything that this program and its libraries say, in one form.

    Args:
        settings: the form, from which level on, and what must never stand in a line beside whatever looks like a
            secret. Without a level: information, on a terminal warnings.
        stream: where to; stderr unless another is named.
    """

    def __init__(self, settings: LogSettings, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        level = settings.level or ("warning" if self._stream.isatty() else "info")
        self._level = getattr(logging, level.upper())
        self._format = (_JsonLine if settings.form == "json" else _TextLine)(redactor(settings.secrets))

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        """For as long as the block lasts, whatever is logged, warned of or written to stderr goes through this."""
        lines, printed, hook = _Lines(self._stream, self._format), sys.stderr, threading.excepthook
        sys.stderr, threading.excepthook = lines, _log_thread
        try:
            with self.loggers():
                yield
        finally:
            sys.stderr, threading.excepthook = printed, hook
            lines.flush()

    @contextmanager
    def loggers(self) -> Iterator[None]:
        """For as long as the block lasts, whatever is logged or warned of goes through this; stderr stays as it is."""
        handler = logging.StreamHandler(self._stream)
        handler.setFormatter(self._format)
        root, own = logging.getLogger(), logging.getLogger(_OWN)
        handlers, level, own_level = root.handlers[:], root.level, own.level
        root.handlers = [handler]
        root.setLevel(max(_OTHERS_LEVEL, self._level))
        own.setLevel(self._level)
        logging.captureWarnings(True)
        try:
            yield
        finally:
            logging.captureWarnings(False)
            root.handlers = handlers
            root.setLevel(level)
            own.setLevel(own_level)


class _Line(logging.Formatter, ABC):
    """Makes a line of what was logged; whatever is text in it is redacted."""

    def __init__(self, redacted: Callable[[str], str]) -> None:
        super().__init__()
        self._redact = redacted

    def _redacted(self, text: str) -> str:
        """The text without secrets and of bounded length.

        No text may take long, so one is cut before secrets are looked for as well. What was cut in two there no longer
        looks like a secret: what stands next to that cut is left out.
        """
        if len(text) <= 3 * LONGEST:
            return _shortened(self._redact(text), LONGEST)
        begun, ended = self._redact(text[:SEARCHED]), self._redact(text[-SEARCHED:])
        left_out = f" … {len(text) - LONGEST} characters … "
        return begun[:-BESIDE_A_CUT][: LONGEST // 2] + left_out + ended[BESIDE_A_CUT:][-(LONGEST // 2) :]

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        error = self.formatException(record.exc_info) if record.exc_info else ""
        told = self._redacted("\n".join(filter(None, (error, record.stack_info))))
        fields = {
            name: self._redacted(value) if isinstance(value, str) else value
            for name, value in getattr(record, _FIELDS, {}).items()
        }
        if request_id.get():
            fields.setdefault("request", request_id.get())
        return self.written(record, self._redacted(record.getMessage()), fields, told)

    @abstractmethod
    def written(self, record: logging.LogRecord, message: str, fields: Mapping[str, Any], error: str) -> str:
        """The line; nothing in it is secret any more."""


class _TextLine(_Line):
    """A line for people; a traceback stands below it, indented."""

    def written(self, record: logging.LogRecord, message: str, fields: Mapping[str, Any], error: str) -> str:
        pairs = "".join(f" {name}={_plain(value)}" for name, value in fields.items())
        head = f"{_time(record)} {record.levelname.lower()} {record.name}: {printable(message, keep='')}{pairs}"
        return head + "".join(f"\n    {printable(line, keep='')}" for line in error.splitlines())


class _JsonLine(_Line):
    """An object of JSON on one line: time, level, logger, message, then the fields of the event."""

    def written(self, record: logging.LogRecord, message: str, fields: Mapping[str, Any], error: str) -> str:
        told = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
            **fields,
        }
        return json.dumps(told | ({"error": error} if error else {}), ensure_ascii=True, default=str)


class _Lines:
    """Stands in for stderr: what libraries print there becomes log lines too, each as it is ended."""

    def __init__(self, stream: TextIO, line: _Line) -> None:
        self._stream, self._line = stream, line
        self._begun = ""
        self._lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Take text; whole lines are written."""
        with self._lock:
            *whole, self._begun = (self._begun + text).split("\n")
            for line in filter(str.strip, whole):
                self._put(line)
        return len(text)

    def flush(self) -> None:
        """Write what has no end of line yet."""
        with self._lock:
            rest, self._begun = self._begun, ""
            if rest.strip():
                self._put(rest)
        self._stream.flush()

    def _put(self, line: str) -> None:
        told = logging.LogRecord(_STDERR, logging.WARNING, "", 0, line, None, None)
        self._stream.write(f"{self._line.format(told)}\n")
        self._stream.flush()


def _log_thread(found: threading.ExceptHookArgs) -> None:
    """What ended a thread, as any other error."""
    name = found.thread.name if found.thread else "a thread"
    caught: tuple[type[BaseException], BaseException, TracebackType | None] | None = None
    if found.exc_value is not None:
        caught = (found.exc_type, found.exc_value, found.exc_traceback)
    logging.getLogger(_OWN).error("%s ended with an error.", name, exc_info=caught)


def _shortened(text: str, most: int) -> str:
    """The beginning and the end of what is longer than that, and how much is left out between them."""
    if len(text) <= most:
        return text
    return f"{text[: most // 2]} … {len(text) - most} characters … {text[-(most // 2) :]}"


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(value: object) -> str:
    """A value as it stands in a line for people: in quotation marks where it would not be one word."""
    text = printable(str(value), keep="")
    return json.dumps(text, ensure_ascii=False) if not text or any(one in text for one in ' ="') else text
