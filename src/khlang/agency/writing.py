"""Sorted rows to encrypted parts and the row map; two parts at a time, no more in memory."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import polars as pl

from khlang import manifest, private
from khlang.agency import parts
from khlang.agency.linking import LinkFile
from khlang.agency.sealing import Sealer
from khlang.agency.shuffle import Shuffle
from khlang.contracts import Table, sealed_columns
from khlang.manifest import Part

ROWMAP = "rowmap"
AHEAD = 2


def write(
    folder: Path,
    shuffle: Shuffle,
    sealer: Sealer,
    table: Table,
    *,
    files: tuple[str, ...],
    recipient: str,
    tell: Callable[[str, int, int | None], None],
    link: LinkFile | None = None,
) -> list[Part]:
    """Write parts and the row map into a folder; gives the parts in order, named by number and outer hash."""
    total = sealer.data_rows + sealer.canary_rows
    names = pl.Series(files, dtype=pl.String)
    written: list[Part] = []
    maps: list[Path] = []

    def encrypted(rows: pl.DataFrame) -> list[tuple[parts.Inner, bytes]]:
        return [(part, parts.encrypt(part.data, recipient)) for part in parts.inner(rows)]

    def finish(made: list[tuple[parts.Inner, bytes]]) -> None:
        for part, data in made:
            outer = hashlib.sha256(data).hexdigest()
            name = manifest.part_name(len(written) + 1, outer)
            private.write(folder / name, data)
            written.append(
                {"name": name, "rows": part.rows, "bytes": len(data), "sha256": outer, "inner_sha256": part.sha256}
            )
        tell("เข้ารหัสและเขียน / encrypting and writing", sum(part["rows"] for part in written), total)

    with ThreadPoolExecutor(AHEAD) as pool:
        waiting: deque[Future[list[tuple[parts.Inner, bytes]]]] = deque()
        for rows in _numbered(parts.cut(shuffle.groups(), parts.size(total, sealer.text_bytes))):
            maps.append(_map(folder, rows, names, len(maps)))
            if link:
                link.add(rows)
            waiting.append(pool.submit(encrypted, rows.select(sealed_columns(table))))
            del rows
            if len(waiting) >= AHEAD:
                finish(waiting.popleft().result())
        while waiting:
            finish(waiting.popleft().result())
    _joined(folder, maps)
    return written


def _numbered(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    first = 1
    for rows in frames:
        yield rows.with_columns(pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias("row_number"))
        first += rows.height


def _map(folder: Path, rows: pl.DataFrame, names: pl.Series, number: int) -> Path:
    path = folder / f"{ROWMAP}-{number:05d}"
    file = names.gather(rows["source_file"]) if len(names) else rows["source_file"].cast(pl.String)
    told = rows.select("row_number", file.alias("source_file"), "source_row")
    told.write_parquet(path, compression="zstd", compression_level=1, statistics=False)
    path.chmod(0o600)
    return path


def _joined(folder: Path, maps: list[Path]) -> None:
    whole = folder / ROWMAP
    if len(maps) == 1:
        maps[0].replace(whole)
        return
    pl.scan_parquet(maps).sink_parquet(whole, compression="zstd", compression_level=1, maintain_order=True)
    whole.chmod(0o600)
    for path in maps:
        path.unlink()
