"""After a whole run: no object, table, log, page, database or plan of the pool holds a citizen ID, a key, or a
pseudonym beyond its hop.

Everything under ``<var>`` but ``outside`` is read, each file as raw bytes and, where it is Parquet or an object of the
store, decoded. Digits are compared after Thai digits are made ASCII and spaces, dashes and dots are dropped, so every
way of spacing a number is one. Positive controls: the same search finds each kind when it is planted.
"""

import base64
import hashlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from tests.demofixture import Demo

from khlang import pseudonym, store
from khlang.lake import AUDIT, HEADERS, LAKE, LANDING, RECEIPTS
from khlang.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

Found = set[tuple[str, str]]
DIGITS = {ord("๐") + digit: str(digit) for digit in range(10)}
GAPS = re.compile("[\\s\\-.\u00a0\u200b-\u200d\ufeff\u2010-\u2015\x00]+")
WINDOW = re.compile(r"(?=(\d{13}))")
HEX = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-f])")
SOURCE, POOLED, PROJECT = (re.compile(rf"{level}\.[a-z0-9]+\.[0-9a-f]{{32}}") for level in ("s1", "p1", "j1"))
PARQUET = b"PAR1"
# Where a level may stand: s1 in the canaries the pool must meet and in accepted copies, p1 in the spine.
HOPS = {
    "s1": re.compile(r"^(file:registry/canaries/|object:lake/accepted/)"),
    "p1": re.compile(r"^(object:lake/spine/|file:minio/)"),
    "j1": re.compile(r"^$"),
}


class Search:
    """What must be nowhere, and how it is looked for."""

    def __init__(self, cids: set[str], secrets: dict[str, str]) -> None:
        self.cids = cids
        self.hashes = {
            digest(cid.encode()).hexdigest() for cid in cids for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256)
        }
        self.secrets = secrets

    def text(self, place: str, text: str) -> Found:
        """What a text holds."""
        found: Found = set()
        plain = GAPS.sub("", text.translate(DIGITS))
        if not self.cids.isdisjoint(WINDOW.findall(plain)):
            found.add((place, "cid"))
        if not self.hashes.isdisjoint(HEX.findall(text.lower())):
            found.add((place, "hash of a cid"))
        found |= {(place, f"key {name}") for name, secret in self.secrets.items() if secret in text}
        for level, pattern in (("s1", SOURCE), ("p1", POOLED), ("j1", PROJECT)):
            if not HOPS[level].match(place) and pattern.search(text):
                found.add((place, level))
        return found

    def data(self, place: str, data: bytes) -> Found:
        """What bytes hold, decoded where they can be."""
        found = self.text(place, data.decode("utf-8", errors="replace"))
        if data[:4] == PARQUET and data[-4:] == PARQUET:
            frame = pl.read_parquet(io.BytesIO(data))
            for name, kind in frame.schema.items():
                column = frame[name]
                if kind.is_nested():
                    column = pl.Series([str(value) for value in column.to_list()])
                elif kind != pl.Binary:
                    column = column.cast(pl.String)
                else:
                    column = pl.Series([value.hex() if value else "" for value in column.to_list()])
                # Values stand apart: what is no digit between them must stay, or two would make a number.
                found |= self.text(place, "|".join(value or "" for value in column.to_list()))
        return found


def secrets_of(settings: Settings) -> dict[str, str]:
    """Every secret by its file's name, in the forms in which it could slip out."""
    found: dict[str, str] = {}
    outside = [path for path in settings.outside.rglob("*") if path.suffix in {".key", ".token"}]
    for path in [*settings.secrets.rglob("*"), *outside]:
        if path.is_file():
            for line in re.split(r'[\s"=:,]+', path.read_text(encoding="utf-8")):
                if len(line) >= 20 and not line.isalpha():
                    found[f"{path.relative_to(settings.var)} #{len(found)}"] = line
    raw = (settings.secrets / "pool.key").read_text(encoding="utf-8").strip()
    found["derived pool key"] = pseudonym.derive_key(bytes.fromhex(raw), "pool", "e01")
    source = next(iter(sorted((settings.authority / "epochs").glob("*.key")))).read_text(encoding="utf-8").strip()
    found["derived source key"] = pseudonym.derive_key(bytes.fromhex(source), "src", "e01")
    found["source key in base64"] = base64.b64encode(bytes.fromhex(source)).decode("ascii")
    return found


def files(folder: Path) -> list[Path]:
    """Every file below a folder; what a server takes away meanwhile (the store's trash) is no error."""
    return sorted(Path(root) / name for root, _, names in os.walk(folder) for name in names)


def pieces(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Every file of the pool and every object of its store."""
    for path in files(settings.var):
        place = path.relative_to(settings.var).as_posix()
        if place.startswith(("outside/", "secrets/")) or not path.is_file() or path.is_symlink():
            continue
        try:
            yield f"file:{place}", path.read_bytes()
        except FileNotFoundError:
            continue  # a server's own file that has just gone
    root = store.client(settings, "root")
    for bucket in (AUDIT, HEADERS, LANDING, LAKE, RECEIPTS):
        for key in store.list_keys(root, bucket):
            yield f"object:{bucket}/{key}", store.get(root, bucket, key) or b""


@pytest.fixture(scope="module")
def search(demo: Demo) -> Search:
    cids = pl.read_parquet(demo.settings.truth / "issued_cids.parquet")["cid"].to_list()
    return Search(set(cids), secrets_of(demo.settings))


def test_nothing_leaked(demo: Demo, search: Search) -> None:
    count, found = 0, Found()
    for place, data in pieces(demo.settings):
        count += 1
        found |= search.data(place, data)
    # Configuration files hold the secrets that their own server reads; each is 0600 and named here.
    found = {one for one in found if not (one[1].startswith("key ") and one[0] in own_configuration(demo.settings))}
    assert count > 200, "the search has seen too little to mean anything"
    assert not found


def mode(path: Path) -> int:
    """Who may read a file; everybody where it has just gone."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return 0o777


def own_configuration(settings: Settings) -> set[str]:
    """Private files outside ``secrets`` where a server keeps what it itself must know: MinIO's accounts among them."""
    each = (path for folder in ("trino", "spark", "minio") for path in files(settings.var / folder))
    private = (path for path in each if mode(path) & 0o077 == 0)
    kinds = {".properties", ".credentials", ".db"}
    kept = (path for path in private if path.suffix in kinds or "/.minio.sys/" in path.as_posix())
    return {f"file:{path.relative_to(settings.var).as_posix()}" for path in kept}


def test_plain_store_files_hold_no_text_of_landing(demo: Demo) -> None:
    """What lies encrypted in landing is age's, whatever the store does with it."""
    root = store.client(demo.settings, "root")
    parts = [key for key in store.list_keys(root, LANDING) if key.endswith(".age")]
    assert parts
    # The header, which alone holds a part's key, lies in a bucket of its own.
    assert list(store.list_keys(root, HEADERS)) == parts
    assert all((store.get(root, HEADERS, key) or b"").startswith(b"age-encryption.org/v1") for key in parts)
    assert not any(b"PAR1" in (store.get(root, LANDING, key) or b"")[:64] for key in parts)


FORMS = {
    "plain": "{}",
    "printed": "{0[0]}-{0[1]}{0[2]}{0[3]}{0[4]}-{0[5]}{0[6]}{0[7]}{0[8]}{0[9]}-{0[10]}{0[11]}-{0[12]}",
    "in a log": "row 17: value {} refused",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_planted_cid_is_found(search: Search, form: str) -> None:
    cid = min(search.cids)
    assert search.text("file:log/x.log", form.format(cid)) == {("file:log/x.log", "cid")}


def test_planted_cid_in_thai_digits_and_wide_text_is_found(search: Search) -> None:
    cid = min(search.cids)
    thai = "".join(chr(ord("๐") + int(digit)) for digit in cid)
    assert search.text("file:x", " ".join(thai))
    assert search.data("file:x", cid.encode("utf-16-le"))


def test_planted_cid_in_a_table_is_found(search: Search, tmp_path: Path) -> None:
    cid = min(search.cids)
    pl.DataFrame({"a": ["x", cid], "b": [1, 2]}).write_parquet(tmp_path / "t.parquet", compression="zstd")
    assert ("object:lake/x", "cid") in search.data("object:lake/x", (tmp_path / "t.parquet").read_bytes())
    pl.DataFrame({"n": [7, int(cid)]}).write_parquet(tmp_path / "n.parquet", compression="zstd")
    assert ("object:lake/x", "cid") in search.data("object:lake/x", (tmp_path / "n.parquet").read_bytes())


def test_plain_hash_of_a_cid_is_found(search: Search) -> None:
    digest = hashlib.sha256(min(search.cids).encode()).hexdigest()
    assert search.text("file:x", f"key={digest}") == {("file:x", "hash of a cid")}


def test_keys_and_pseudonyms_beyond_their_hop_are_found(search: Search) -> None:
    name, secret = next(iter(search.secrets.items()))
    assert (("file:log/a.log", f"key {name}")) in search.text("file:log/a.log", f"using {secret}")
    tail = "0123456789abcdef" * 2
    assert search.text("object:lake/curated/x", f"s1.e01.{tail}") == {("object:lake/curated/x", "s1")}
    assert search.text("object:lake/marts/x", f"p1.e01.{tail}") == {("object:lake/marts/x", "p1")}
    assert search.text("object:lake/accepted/x", f"s1.e01.{tail}") == set()
    assert search.text("object:lake/projects/demo/x", f"j1.demo.{tail}") == {("object:lake/projects/demo/x", "j1")}
