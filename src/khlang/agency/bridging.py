"""``khlang agency bridge``: pairs of old and new pseudonym of everybody in an extract that the office still holds.

An HMAC cannot be updated, so that only who holds identifiers and both keys can say which new pseudonym follows an old
one. What leaves are the pairs and nothing beside them: no type, no period, no attribute, once a pair, in the order of
the new pseudonym, which tells nothing. Whole or not at all; cut off, it is made again, with the same bytes.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from khlang import manifest, private, signatures
from khlang import period as period_
from khlang.agency import content as content_
from khlang.agency import due, identify, making, parts, questions, signing, submission
from khlang.agency.bundle import Bundle
from khlang.agency.home import Home
from khlang.agency.reading import Extract, ReadOptions, open_extract
from khlang.agency.sealing import DRAW, Identify
from khlang.agency.shuffle import Shuffle
from khlang.agency.submission import Source, Tell
from khlang.contracts import Table
from khlang.errors import InputError, SetupError
from khlang.manifest import Manifest, Part

_CANARY = "canary"
_TYPE = "type"


@dataclass(frozen=True)
class Bridge:
    """A sealed bridge; ``identifiers``: pairs by type; ``unread``: values without a pseudonym, by type and reason."""

    folder: Path
    manifest: Manifest
    old: str
    new: str
    identifiers: dict[str, int]
    unread: dict[str, dict[str, int]]
    reused: bool
    pending: bool


def make(
    home: Home,
    files: Source | Sequence[Source],
    *,
    dataset: str,
    period: str,
    options: ReadOptions | None = None,
    tell: Tell = lambda step, rows, total: None,  # noqa: ARG005
) -> Bridge:
    """Seal a bridge from the epoch before to the bundle's.

    Args:
        home: The agency's folder.
        files: Extracts of a dataset, as for ``seal``.
        dataset: Name of its contract: which columns hold identifiers, and of which type.
        period: The month whose recipient it is encrypted to.
        options: What the official chose.
        tell: Told each step and how far it came.

    Raises:
        KhlangError: There is no epoch before, a key is missing, or the files cannot be read; nothing is left then.
    """
    month, bundle = period_.parse(period), home.bundle()
    if bundle.bridge is None:
        raise SetupError(
            "ไฟล์ตั้งค่านี้ไม่มีรุ่นกุญแจก่อนหน้า / The bundle knows of no epoch before.",
            "ไม่ต้องเชื่อม หรือติดตั้งไฟล์ตั้งค่าของรุ่นใหม่ก่อน / No bridge is needed, or set up the new epoch's bundle first.",
            code="BRIDGE-NONE",
        )
    table = bundle.table(dataset)
    bundle.recipient(month)
    due.check(month, home.today())
    old = identify.by_key(bundle.bridge["profile"], home.previous_key())
    chosen = submission.with_mapping(home, dataset, options or ReadOptions())
    given = [files] if not isinstance(files, Sequence) else list(files)
    tell("อ่านไฟล์ / reading", 0, None)
    extract = open_extract(given, table, bundle.contracts, options=chosen)
    questions.require_answers(extract.findings, chosen)
    with identify.asked(home, tell) as asked:
        new = asked or identify.by_key(bundle.profile, home.source_key(early=True))
        pairs = _Pairs(bundle, table, old, new)
        return _sealed(home, pairs, extract, month=month, content=content_.of(given), tell=tell)


def _sealed(
    home: Home, pairs: "_Pairs", extract: Extract, *, month: str, content: content_.Content, tell: Tell
) -> Bridge:
    with making.making(home.sealed(manifest.BRIDGE, month)) as path:
        with Shuffle(path, size=content.size) as shuffle:
            pairs.gather(extract, shuffle, rows=content.rows, tell=tell)
            written = pairs.write(path, shuffle, pairs.bundle.recipient(month), tell)
        made = _manifest(home, pairs, month, written)
        folder = home.sealed(manifest.BRIDGE, month) / made["submission"]
        reused = (folder / "manifest.json").exists()
        if reused:
            made = manifest.parse((folder / "manifest.json").read_bytes())
        else:
            _sign(home, path, made)
            making.keep(path, folder)
    pending = not (folder / "manifest.sig").exists()
    counts = {name: count for name, count in sorted(pairs.counts.items()) if name != _CANARY}
    unread = {name: dict(sorted(reasons.items())) for name, reasons in sorted(pairs.unread.items())}
    before = str((pairs.bundle.bridge or {})["profile"]["epoch"])
    return Bridge(folder, made, before, pairs.bundle.epoch, counts, unread, reused, pending)


class _Pairs:
    """The pairs of one extract and of the authority's canaries, distinct, and how many there are of each type."""

    def __init__(self, bundle: Bundle, table: Table, old: Identify, new: Identify) -> None:
        self.bundle, self.table = bundle, table
        self._old, self._new = old, new
        self.counts: Counter[str] = Counter()
        self.unread: dict[str, Counter[str]] = {}

    def gather(self, extract: Extract, shuffle: Shuffle, *, rows: int | None, tell: Tell) -> None:
        """Every identifier of the extract, chunk by chunk, and the canaries of the old epoch."""
        done = 0
        for chunk in extract.chunks():
            for column in self.table.identifiers:
                shuffle.add(self._both(chunk[column.name], str(column.identifier), simulation=self.bundle.simulation))
            done += chunk.height
            tell("จับคู่รหัสเดิมกับรหัสใหม่ / pairing", done, rows)
        for type_, forms in sorted((self.bundle.bridge or {})["forms"].items()):
            shuffle.add(self._both(pl.Series(forms), type_, simulation=True).with_columns(pl.lit(_CANARY).alias(_TYPE)))

    def write(self, folder: Path, shuffle: Shuffle, recipient: str, tell: Tell) -> list[Part]:
        """Encrypted parts in a folder.

        Raises:
            InputError: The extract has no identifier that could be read.
        """
        written: list[Part] = []
        for rows in parts.cut(self._distinct(shuffle.groups()), parts.PART_ROWS):
            for part in parts.inner(rows.select(manifest.BRIDGE_COLUMNS)):
                data = parts.encrypt(part.data, recipient)
                outer = hashlib.sha256(data).hexdigest()
                name = manifest.part_name(len(written) + 1, outer)
                private.write(folder / name, data)
                written.append(
                    {"name": name, "rows": part.rows, "bytes": len(data), "sha256": outer, "inner_sha256": part.sha256}
                )
                tell("เข้ารหัสและเขียน / encrypting and writing", sum(one["rows"] for one in written), None)
        if self.rows == 0:
            raise InputError(
                "ไม่มีเลขประจำตัวที่ใช้ได้ในไฟล์นี้ / No identifier of this file can be read.",
                "ตรวจคอลัมน์เลขประจำตัวด้วย khlang agency check / Look at the columns: khlang agency check",
                code="BRIDGE-EMPTY",
            )
        return written

    @property
    def rows(self) -> int:
        """Pairs that are no canaries."""
        return self.counts.total() - self.counts[_CANARY]

    def _both(self, values: pl.Series, type_: str, *, simulation: bool) -> pl.DataFrame:
        raw = values.drop_nulls().unique()
        old, new = self._old(raw, type_, simulation), self._new(raw, type_, simulation)
        reasons = old["reason"].drop_nulls().value_counts().rows()
        self.unread.setdefault(type_, Counter()).update(dict(reasons)) if reasons else None
        pairs = pl.DataFrame({"s_old": old["s"], "s_new": new["s"]}).drop_nulls().unique()
        draw = pl.col("s_new").str.slice(-32, 16).str.to_integer(base=16, dtype=pl.UInt64)
        return pairs.with_columns(pl.lit(type_).alias(_TYPE), draw.alias(DRAW))

    def _distinct(self, groups: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        for group in groups:
            once = group.unique(list(manifest.BRIDGE_COLUMNS)).sort("s_new", "s_old")
            self.counts.update(dict(once[_TYPE].value_counts().rows()))
            yield once


def _manifest(home: Home, pairs: _Pairs, month: str, written: list[Part]) -> Manifest:
    bundle = pairs.bundle
    papers = submission.papers(home, pairs.table, None) | ({"approver": ""} if _two_people(bundle) else {})
    return manifest.build(
        agency=bundle.agency,
        dataset=manifest.BRIDGE,
        period=month,
        contract={"id": manifest.BRIDGE, "version": manifest.BRIDGE_VERSION},
        profile=bundle.profile_reference(),
        rows=pairs.rows,
        canary_rows=pairs.counts[_CANARY],
        pid_reasons={},
        parts=written,
        tool_version=submission.tool(),
        papers=papers,
    )


def _sign(home: Home, path: Path, made: Manifest) -> None:
    if _two_people(home.bundle()):
        private.write(path / "manifest.json", signatures.canonical(made))
    else:
        signing.sign(home, made, path)


def _two_people(bundle: Bundle) -> bool:
    """A bridge names no dataset: it takes two people where any contract of the agency does."""
    return any(table.two_people for table in bundle.contracts.by_agency(bundle.agency))
