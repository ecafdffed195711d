"""Who is signed in, and who tries too often; in the memory of one process: a restart signs everybody out.

Numbers are those of OWASP ASVS 4.0.3 level 2 or stricter: 64 random bits at least (3.2.2), anew at sign-in (3.2.1),
idle 30 minutes and 12 hours in all (3.3.2), at most 100 failed sign-ins an hour and account (2.2.1).
"""

import hashlib
import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from khlang.errors import AccessError
from khlang.policy.people import Account
from khlang.web.language import Language

IDLE_SECONDS, LONGEST_SECONDS = 15 * 60, 8 * 3600
MOST_SESSIONS = 1000
#: Failures of one account, and of one address, after which it waits; the wait, and in which time failures count.
ACCOUNT_FAILURES, ADDRESS_FAILURES, WAIT_SECONDS, COUNTED_SECONDS = 5, 20, 300, 900
Clock = Callable[[], float]


@dataclass
class Session:
    """One browser that is signed in: whose it is, its forms' token, its language, and since when, in seconds.

    ``mark`` is the account as it was at sign-in; where it is another by now, the session is over.
    """

    account: Account
    mark: str
    csrf: str
    began: float
    seen: float
    lang: Language = "th"


class Sessions:
    """All that are signed in; only hashes of the cookies are kept."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._held: dict[bytes, Session] = {}

    def begin(self, account: Account, lang: Language, mark: str = "", *, instead_of: str = "") -> str:
        """A new session for this account and the cookie's value; what the browser had before ends."""
        cookie, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._held.pop(_hash(instead_of), None)
            for old in [key for key, one in self._held.items() if _over(one, now)]:
                del self._held[old]
            if len(self._held) >= MOST_SESSIONS:
                del self._held[min(self._held, key=lambda key: self._held[key].seen)]
            self._held[_hash(cookie)] = Session(account, mark, secrets.token_urlsafe(32), now, now, lang)
        return cookie

    def of(self, cookie: str) -> Session | None:
        """The session of a cookie, if it has not ended."""
        now = self._clock()
        with self._lock:
            found = self._held.get(_hash(cookie))
            if found is None or _over(found, now):
                self._held.pop(_hash(cookie), None)
                return None
            found.seen = now
            return found

    def end(self, cookie: str) -> None:
        """Sign out."""
        with self._lock:
            self._held.pop(_hash(cookie), None)


class Throttle:
    """Failed sign-ins by account and by address: who fails too often waits, right password or not."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._failed: dict[str, deque[float]] = defaultdict(deque)

    def require(self, account: str, address: str) -> None:
        """Refuse who has to wait.

        Raises:
            AccessError: Too many failures of this account or from this address.
        """
        now = self._clock()
        with self._lock:
            tried = [(list(self._failed.get(key, ())), most) for key, most in _keys(account, address)]
        for times, most in tried:
            counted = [one for one in times if one > now - COUNTED_SECONDS]
            if len(counted) >= most and counted[-1] > now - WAIT_SECONDS:
                raise AccessError(
                    "เข้าสู่ระบบไม่สำเร็จหลายครั้ง / Too many sign-ins failed.",
                    "รอห้านาทีแล้วลองใหม่ / Wait five minutes, then try again.",
                    code="OWNER-WAIT",
                )

    def failed(self, account: str, address: str) -> None:
        """Note a failure."""
        now = self._clock()
        with self._lock:
            for key, most in _keys(account, address):
                self._failed[key] = deque(self._failed[key], maxlen=most)
                self._failed[key].append(now)
            for old in [key for key, times in self._failed.items() if times[-1] < now - COUNTED_SECONDS]:
                del self._failed[old]

    def passed(self, account: str) -> None:
        """Forget the failures of an account whose person has signed in."""
        with self._lock:
            self._failed.pop(f"account {account}", None)


def _keys(account: str, address: str) -> tuple[tuple[str, int], ...]:
    return (f"account {account}", ACCOUNT_FAILURES), (f"address {address}", ADDRESS_FAILURES)


def _over(one: Session, now: float) -> bool:
    return now - one.seen > IDLE_SECONDS or now - one.began > LONGEST_SECONDS


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).digest()
