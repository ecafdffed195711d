"""A proxy on loopback that cuts the line: it passes a sender's TLS on, unopened, and resets it at chosen bytes."""

import contextlib
import socket
import struct
import threading
from types import TracebackType

from khlang.simulate.identifiers import generator

BLOCK = 65536


def places(seed: int, size: int, cuts: int) -> list[int]:
    """So many bytes to cut at, each in a stretch of its own of what is to be sent; same seed, same bytes."""
    drawn = generator(seed, "cuts").uniform(0.2, 0.8, cuts)
    return [int(size * (number + within) / cuts) for number, within in enumerate(drawn)]


class CuttingProxy:
    """An HTTP proxy (``CONNECT`` only) that counts what senders give it, and cuts when the count reaches a place."""

    def __init__(self, cuts: list[int]) -> None:
        self._left, self.cut, self.passed = sorted(cuts), 0, 0
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> "CuttingProxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        _close(self._server, *self._open)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head and (more := client.recv(BLOCK)):
                head += more
            host, _, port = head.split()[1].decode("ascii").rpartition(":")
            there = socket.create_connection((host, int(port)))
            self._open += [client, there]
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=self._down, args=(there, client), daemon=True).start()
            self._up(client, there)
        _close(client)

    def _up(self, client: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(BLOCK):
                there.sendall(data)
                if self._reached(len(data)):
                    for one in (client, there):  # a reset, as from a line that is gone; no orderly end
                        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
        _close(client, there)

    def _down(self, there: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := there.recv(BLOCK):
                client.sendall(data)
        _close(client, there)

    def _reached(self, more: int) -> bool:
        with self._lock:
            self.passed += more
            if not self._left or self.passed < self._left[0]:
                return False
            self._left.pop(0)
            self.cut += 1
            return True


def _close(*sockets: socket.socket) -> None:
    for one in sockets:
        # A thread that waits for more of it would keep it open: it is told first that no more comes.
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RD)
        one.close()
