"""A connection on loopback that tests can cut and mend: what comes to its address is handed on to a server."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

PIECE = 65536


@dataclass
class LooseWire:
    """Hands bytes on both ways; cut, it drops every connection and takes no new one until it is mended."""

    listener: socket.socket
    server: tuple[str, int]
    ends: list[socket.socket] = field(default_factory=list)
    whole: bool = True
    changing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def cut(self) -> None:
        """Drop what is connected, and take nothing new."""
        with self.changing:
            self.whole = False
            dropped, self.ends = self.ends, []
        for end in dropped:
            hang_up(end)

    def mend(self) -> None:
        """Take connections again."""
        with self.changing:
            self.whole = True

    def run(self) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with self.changing:
            far = socket.create_connection(self.server) if self.whole else None
            self.ends += [near, far] if far else []
        if far is None:
            hang_up(near)
            return
        threading.Thread(target=hand_on, args=(near, far), daemon=True).start()
        hand_on(far, near)


def hand_on(source: socket.socket, target: socket.socket) -> None:
    """Hand on until one of the two ends."""
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
    hang_up(source)
    hang_up(target)


def hang_up(end: socket.socket) -> None:
    """Close a connection that another thread may be reading from."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextlib.contextmanager
def loose_wire(address: str) -> Iterator[LooseWire]:
    """A wire to the server at that address."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = LooseWire(listener, (host, int(port)))
        threading.Thread(target=wire.run, daemon=True).start()
        try:
            yield wire
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            wire.cut()
