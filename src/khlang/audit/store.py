"""Where the ledger lies: the bucket ``audit``, as the gateway's role, which can neither overwrite nor delete there."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from khlang import store
from khlang.lake import AUDIT
from khlang.settings import Settings


@dataclass
class AuditObjects:
    """Objects of the bucket ``audit``; the store is asked for its key when it is needed."""

    settings: Settings

    @cached_property
    def s3(self) -> Any:
        """The client."""
        return store.client(self.settings, "gateway")

    def put_new(self, key: str, body: bytes) -> bool:
        """Write an object only where there is none; False where there is one."""
        return store.put_new(self.s3, AUDIT, key, body)

    def get(self, key: str) -> bytes | None:
        """Read an object; None when there is none."""
        return store.get(self.s3, AUDIT, key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys under a folder, in order."""
        return store.list_keys(self.s3, AUDIT, prefix)


def bucket(settings: Settings) -> AuditObjects:
    """The installation's own."""
    return AuditObjects(settings)
