"""Who may speak to the page: the browser that was given the link, from this machine, from this page. Pure but for keys.

A page of another site can make the browser send requests here; a name of that site can be pointed at 127.0.0.1. So the
Host must be ours, a foreign Origin is refused, the cookie is strict, and what changes anything carries a token too.
"""

import base64
import hashlib
import hmac
import re
import secrets
import threading
from http.cookies import CookieError, SimpleCookie
from pathlib import PurePosixPath, PureWindowsPath

from khlang.errors import AccessError, InputError

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_LONGEST = 120  # characters of a file's name; its bytes must fit every file system


class Doorkeeper:
    """The link's token (good once), the session it opens, and the token that every form carries."""

    def __init__(self, port: int) -> None:
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.cookie = f"khlang-{port}"  # cookies know no port: two homes open at once must not overwrite each other
        self.token, self.csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._session, self._used, self._lock = secrets.token_urlsafe(32), False, threading.Lock()

    def enter(self, token: str) -> str:
        """Take the link's token, once; gives the Set-Cookie header.

        Raises:
            AccessError: It is another one, or was used before.
        """
        with self._lock:
            if self._used or not _same(token, self.token):
                raise refused("UI-TOKEN")
            self._used = True
        return f"{self.cookie}={self._session}; HttpOnly; SameSite=Strict; Path=/"

    def host(self, host: str, origin: str | None) -> None:
        """Refuse a name that is not this machine's, and a request that another site's page made.

        Raises:
            AccessError: Either is not ours.
        """
        if host not in self._hosts:
            raise refused("UI-HOST")
        if origin is not None and origin != f"http://{host}":
            raise refused("UI-ORIGIN")

    def session(self, cookies: str) -> None:
        """Refuse a browser that did not come through the link.

        Raises:
            AccessError: There is no cookie, or another one.
        """
        try:
            held = SimpleCookie(cookies).get(self.cookie)
        except CookieError:
            held = None
        if held is None or not _same(held.value, self._session):
            raise refused("UI-SESSION")

    def form(self, token: str) -> None:
        """Refuse a change that was not asked for on this page.

        Raises:
            AccessError: The token is not the page's.
        """
        if not _same(token, self.csrf):
            raise refused("UI-CSRF")


def refused(code: str) -> AccessError:
    """The one message of every refusal at the door."""
    return AccessError(
        "เปิดหน้านี้ไม่ได้จากที่นี่ / This page cannot be opened from here.",
        "ปิดแล้วเริ่มใหม่ด้วย / Close it and begin anew: khlang agency ui",
        code=code,
    )


def file_name(given: str) -> str:
    """A file's bare name, whatever path or control characters came with it.

    Raises:
        InputError: Nothing is left of it.
    """
    bare = PureWindowsPath(PurePosixPath(given).name).name
    clean = "".join(letter for letter in bare if letter.isprintable() and letter not in '<>:"|?*').strip(" .")
    if not clean or len(clean) > _LONGEST:
        raise InputError("ชื่อไฟล์ใช้ไม่ได้ / The file's name cannot be used.", "เปลี่ยนชื่อไฟล์ / Rename it.", code="UI-NAME")
    return clean


def headers(page: str) -> dict[str, str]:
    """Headers of a page: nothing from elsewhere, no inline script, and only the styles that it carries itself."""
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in _STYLE.findall(page)]
    styles = " ".join(f"'sha256-{one}'" for one in hashes) or "'none'"
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'self'; connect-src 'self'; style-src {styles}; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def _same(given: str, held: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), held.encode())
