"""The office's line: how fast a body may go over it, and the proxy that stands between it and the gateway."""

import threading
import time
import urllib.request
from urllib.parse import urlsplit

CHUNK_BYTES = 1 << 20
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Pace:
    """A limit in bytes a second that several threads share."""

    def __init__(self, limit: int) -> None:
        self._limit, self._free, self._lock = limit, 0.0, threading.Lock()
        self.chunk = min(CHUNK_BYTES, max(limit // 8, 4096)) if limit else CHUNK_BYTES

    def wait(self, sent: int) -> float:
        """Seconds to wait after some bytes."""
        if not self._limit:
            return 0.0
        with self._lock:
            now = time.monotonic()
            self._free = max(now, self._free) + sent / self._limit
            return self._free - now


def system_proxy(url: str) -> str | None:
    """The proxy for a URL by the environment (``HTTPS_PROXY``, ``NO_PROXY``) or the system; none to this machine."""
    host = urlsplit(url).hostname or ""
    if host in _LOOPBACK or urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get("https")
