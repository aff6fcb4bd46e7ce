"""A pipeline's program as a child process: ask it, wait for its answer, kill it."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.memory import ROOT

OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true"}
"""No pipeline may wait for a hub that it then does not need."""
LAST_WORDS = 600


class ChildError(Exception):
    """A pipeline's program answered with an error, or ended without an answer."""


class Child:
    """A running program that speaks benchmarks.peers.sides.wire; ends with the `with` statement."""

    def __init__(self, python: Path, module: str, offline: bool = True) -> None:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("ASKSPEECH_", "PYTHON"))}
        with ExitStack() as stack:
            self._errors = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))
            self._open = stack.pop_all()
        self._process = subprocess.Popen(
            [str(python), "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env=plain | (OFFLINE if offline else {}),
            start_new_session=True,
        )

    def send(self, **request: Any) -> None:
        """Ask without waiting."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request, ensure_ascii=False, default=str) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise ChildError(self._last_words()) from error

    def answer(self) -> Mapping[str, Any]:
        """Wait for the answer to what was sent; raises `ChildError` where there is none, or it is an error."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ChildError(self._last_words())
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise ChildError(answer["error"])
        return answer

    def do(self, what: str, **request: Any) -> Mapping[str, Any]:
        """Ask and wait; raises `ChildError`."""
        self.send(do=what, **request)
        return self.answer()

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it at once, with SIGKILL, and its own children with it."""
        if self.running:
            os.killpg(self._process.pid, 9)
        self._process.wait()

    def _last_words(self) -> str:
        status = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read()[-LAST_WORDS:].strip()
        return f"its program ended with status {status}: {said or 'it said nothing'}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            # What was written and never read is of no use any more.
            with suppress(BrokenPipeError):
                if stream is not None:
                    stream.close()
        self._open.close()
