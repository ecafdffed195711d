"""A disk that is full, for real: the operating system refuses what is written, nothing of Python is replaced."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_room_beyond(largest: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes: the write that would is refused by the system (EFBIG).

    Python lets the signal that goes with it pass. Keep what stands under it short: it holds for all threads.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
