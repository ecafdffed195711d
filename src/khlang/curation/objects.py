"""The few things curation does with objects that are no tables: leases, and taking staging away.

The lake's root is a parameter: a bucket in the pool, a folder in tests, so that neither needs the other.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any, Protocol

from khlang import store
from khlang.lake import LAKE
from khlang.settings import Settings

BUCKET_ROOT = f"s3://{LAKE}"
_COMMIT = re.compile(r"/(\d{20})\.(json|checkpoint\..*parquet)$")


class Objects(Protocol):
    """Objects of the lake by their key below its root."""

    def put_new(self, key: str, body: bytes) -> bool:
        """Write an object only where there is none; False where there is one."""

    def put(self, key: str, body: bytes) -> None:
        """Write an object, replacing what is there."""

    def get(self, key: str) -> bytes | None:
        """Read an object; None when there is none."""

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys under a folder, in order."""

    def delete_folder(self, prefix: str) -> None:
        """Delete all objects under a folder."""


@dataclass(frozen=True)
class BucketObjects:
    """Objects of the bucket ``lake``, as the curate role."""

    s3: Any

    def put_new(self, key: str, body: bytes) -> bool:
        """Write an object only where there is none; False where there is one."""
        return store.put_new(self.s3, LAKE, key, body)

    def put(self, key: str, body: bytes) -> None:
        """Write an object, replacing what is there."""
        store.put(self.s3, LAKE, key, body)

    def get(self, key: str) -> bytes | None:
        """Read an object; None when there is none."""
        return store.get(self.s3, LAKE, key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys under a folder, in order."""
        return store.list_keys(self.s3, LAKE, prefix)

    def delete_folder(self, prefix: str) -> None:
        """Delete all objects under a folder."""
        store.delete_prefix(self.s3, LAKE, prefix)


@dataclass(frozen=True)
class FolderObjects:
    """The same in a local folder."""

    root: Path

    def put_new(self, key: str, body: bytes) -> bool:
        """Write an object only where there is none; False where there is one."""
        try:
            self._write(key, body, "xb")
        except FileExistsError:
            return False
        return True

    def put(self, key: str, body: bytes) -> None:
        """Write an object, replacing what is there."""
        self._write(key, body, "wb")

    def get(self, key: str) -> bytes | None:
        """Read an object; None when there is none."""
        try:
            return (self.root / key).read_bytes()
        except FileNotFoundError:
            return None

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys under a folder, in order."""
        walked = os.walk(self.root / prefix)  # a folder that goes away while it is listed is no error
        found = (Path(folder) / name for folder, _, names in walked for name in names)
        return iter(sorted(str(path.relative_to(self.root)) for path in found))

    def delete_folder(self, prefix: str) -> None:
        """Delete all objects under a folder."""
        rmtree(self.root / prefix, ignore_errors=True)

    def _write(self, key: str, body: bytes, mode: str) -> None:
        """Write a file in a folder that another writer may be taking away at this moment."""
        path = self.root / key
        while True:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with path.open(mode) as file:
                    file.write(body)
            except FileNotFoundError:
                continue
            return


@dataclass(frozen=True)
class Lake:
    """Where the lake is: its root, and the objects below it."""

    objects: Objects
    root: str = BUCKET_ROOT

    def at(self, location: str) -> str:
        """A location of :mod:`khlang.lake` under this root."""
        return self.root + location.removeprefix(BUCKET_ROOT)

    @staticmethod
    def key(location: str) -> str:
        """The folder of a location, as a key ending in a slash."""
        return location.removeprefix(BUCKET_ROOT).strip("/") + "/"

    def version(self, location: str) -> int:
        """The newest commit of a Delta table, by a listing, without waking Spark; -1 where there is no table.

        A run killed while it made the table leaves a log folder without a commit: that is no table yet.
        """
        keys = self.objects.keys(f"{self.key(location)}_delta_log/")
        return max((int(found[1]) for found in map(_COMMIT.search, keys) if found), default=-1)

    def exists(self, location: str) -> bool:
        """Whether a Delta table is there."""
        return self.version(location) >= 0


def bucket(settings: Settings) -> Lake:
    """The pool's own lake, as the curate role."""
    return Lake(BucketObjects(store.client(settings, "curate")))


def folder(root: Path) -> Lake:
    """A lake in a local folder."""
    return Lake(FolderObjects(root), root=str(root))
