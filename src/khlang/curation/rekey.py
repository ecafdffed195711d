"""Scan and re-key in one Arrow function: s1 → p1 → pid, with the pool's key read at the worker.

What travels in the plan is the name of a module function and the *path* of the key file. A key captured in the
closure would travel inside the plan, and stand in every log of it.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from khlang import private
from khlang.settings import Settings

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from pyspark.sql import DataFrame

#: Column of the names of columns in which the scan hit a row, comma-joined; null where it hit nothing.
RAW_COLUMNS = "raw_columns"


@dataclass(frozen=True)
class Pool:
    """Where the workers find the pool's key, and its epoch. Holds no key."""

    key_file: str
    epoch: str = "e01"
    then: "tuple[Pool, ...]" = ()

    def column(self, sealed: "pl.Series") -> "pl.Series":
        """``p`` of source pseudonyms, through every pool epoch in turn (the keys are read here, at the worker)."""
        from khlang import pseudonym

        pooled = pseudonym.pool_column(sealed, key=self.derived(), epoch=self.epoch)
        for later in self.then:
            pooled = pseudonym.repool_column(pooled, key=later.derived(), epoch=later.epoch)
        return pooled

    def derived(self) -> str:
        """Read the key and derive this epoch's.

        Raises:
            SetupError: The file is missing or is no key.
        """
        from khlang import pseudonym

        ikm = private.read_key(Path(self.key_file), "The pool's key", "Run `khlang stack up`.")
        return pseudonym.derive_key(ikm, "pool", self.epoch)


def pool(settings: Settings) -> Pool:
    """The pool's key and those of its rotations, as ``secrets/pool-epochs.json`` lists them (e01 without one)."""
    first, *later = (Pool(str(key_file(settings, epoch)), epoch) for epoch in epochs(settings))
    return replace(first, then=tuple(later))


def epochs(settings: Settings) -> list[str]:
    """The pool epochs in use, the first one first."""
    listed = settings.secrets / "pool-epochs.json"
    return list(json.loads(listed.read_text(encoding="ascii"))) if listed.exists() else ["e01"]


def key_file(settings: Settings, epoch: str) -> Path:
    """Where the key of a pool epoch lies."""
    return settings.secrets / ("pool.key" if epoch == "e01" else f"pool-{epoch}.key")


def rekey(accepted: "DataFrame", *, identifiers: Iterable[str], texts: Iterable[str], pool: Pool) -> "DataFrame":
    """Scan every text column and turn each sealed identifier into its pool pseudonym.

    Args:
        accepted: The accepted copy: text columns, ``<identifier>_reason`` and ``row_number``.
        identifiers: Columns that hold source pseudonyms.
        texts: All other text columns of the contract.
        pool: The pool's key file and epoch.

    Returns:
        The same rows: identifiers as BIGINT ``pid`` with ``<identifier>_p`` (128-bit text) beside each, and
        :data:`RAW_COLUMNS`. Text in which the scan hit is null.
    """
    sealed, plain = tuple(identifiers), tuple(texts)
    fields = [f"`{name}` BIGINT, `{name}_p` STRING, `{name}_reason` STRING" for name in sealed]
    fields += [f"`{name}` STRING" for name in plain]
    fields += ["`row_number` BIGINT", f"`{RAW_COLUMNS}` STRING"]
    columns = [c for name in sealed for c in (name, f"{name}_reason")] + [*plain, "row_number"]
    return accepted.select(*columns).mapInArrow(batch_function(sealed, plain, pool), ", ".join(fields))


def batch_function(
    identifiers: tuple[str, ...], texts: tuple[str, ...], pool: Pool
) -> "Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]":
    """The function that Spark ships to its workers."""
    return partial(_batches, identifiers=identifiers, texts=texts, pool=pool)


def _batches(
    batches: "Iterator[pa.RecordBatch]", *, identifiers: tuple[str, ...], texts: tuple[str, ...], pool: Pool
) -> "Iterator[pa.RecordBatch]":
    import polars as pl

    if identifiers:
        pool.derived()  # a missing key fails every task, not only those with rows
    for batch in batches:
        frame = pl.from_arrow(batch)
        if isinstance(frame, pl.DataFrame) and frame.height:
            yield from to_spark(_one(frame, identifiers=identifiers, texts=texts, pool=pool))


def _one(frame: "pl.DataFrame", *, identifiers: tuple[str, ...], texts: tuple[str, ...], pool: Pool) -> "pl.DataFrame":
    import polars as pl

    from khlang import pseudonym
    from khlang.curation import scan

    marks = {name: scan.hits(frame[name], sealed=name in identifiers) for name in (*identifiers, *texts)}
    clean = {name: frame[name].set(mark, None) if mark.any() else frame[name] for name, mark in marks.items()}
    named = [pl.when(mark).then(pl.lit(name)).alias(name) for name, mark in marks.items() if mark.any()]
    out: list[pl.Series] = []
    for name in identifiers:
        pooled = pool.column(clean[name])
        out += [pseudonym.pid_column(pooled).alias(name), pooled.alias(f"{name}_p"), frame[f"{name}_reason"]]
    out += [clean[name] for name in texts] + [frame["row_number"]]
    if named:
        raw = frame.select(pl.concat_str(named, separator=",", ignore_nulls=True).replace("", None)).to_series()
    else:
        raw = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    return pl.DataFrame([*out, raw.alias(RAW_COLUMNS)])


def to_spark(frame: "pl.DataFrame") -> "list[pa.RecordBatch]":
    """Batches in the types that Spark declares."""
    import polars as pl
    import pyarrow as pa

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    plain = {pa.large_string(): pa.string()}  # polars makes 64-bit offsets, Spark declared 32-bit ones
    schema = pa.schema([(field.name, plain.get(field.type, field.type)) for field in table.schema])
    return list(table.cast(schema).to_batches())
