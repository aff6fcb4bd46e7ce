"""The end of the server: no new connections, the answers that are being made finished or ended, the rest closed."""

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import uvicorn

from askspeech.logs import event

__all__ = ["SECONDS_TO_CLOSE", "GracefulServer", "Work"]

_log = logging.getLogger(__name__)

SECONDS_TO_CLOSE = 2
_SECONDS_BETWEEN_LOOKS = 0.05
# For the last words of an answer to reach its page.
_SECONDS_TO_ARRIVE = 0.3


@dataclass(frozen=True, slots=True)
class Work:
    """What is under way: how many answers are being made or wait to be, and what ends those that are being made.

    `end` returns when what there is of them has been kept.
    """

    left: Callable[[], int] = lambda: 0
    end: Callable[[], None] = lambda: None


class GracefulServer(uvicorn.Server):
    """A server that lets answers be finished before it ends.

    Args:
        config: as of uvicorn.
        work: what is under way.
        seconds_to_finish: how long that may take, before it is ended.
        started: called with the sockets once the server answers.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        work: Work,
        seconds_to_finish: float,
        started: Callable[[list[socket.socket]], None] = lambda _: None,
    ) -> None:
        super().__init__(config)
        self._work, self._seconds, self._say_so = work, seconds_to_finish, started

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; a second Ctrl-C waits for no answer.

        uvicorn would raise the signal again at the end, and the process then die of it although all went well.
        """
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started and sockets:
            self._say_so(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, as `finish` and then uvicorn does."""
        await self.finish(sockets)
        await super().shutdown(sockets)
        event(_log, "stopped")

    async def finish(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, wait for the answers, end those that take too long, then hang up.

        Every open page holds a stream that would never end by itself.
        """
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        found = self._work.left()
        event(_log, "stopping", answers=found)
        if found and not await self._finished(time.monotonic() + self._seconds):
            event(_log, "ending answers", answers=self._work.left())
            await asyncio.to_thread(self._work.end)
        if found:
            await asyncio.sleep(_SECONDS_TO_ARRIVE)
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.close()

    async def _finished(self, deadline: float) -> bool:
        """Wait until no answer is being made; False where that took too long, or whoever runs the server did."""
        while self._work.left():
            if time.monotonic() >= deadline or self.force_exit:
                return False
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
        return True
