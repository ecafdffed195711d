"""The pure middle of sealing: chunks of an extract in, chunks of what leaves out. No file, no clock."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable

import polars as pl
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from khlang import pseudonym
from khlang.agency import guard, heavy, scan, years
from khlang.agency.bundle import Bundle
from khlang.agency.linking import Linking
from khlang.agency.sentences import Sentences
from khlang.contracts import Table, sealed_columns
from khlang.errors import ContractError

Identify = Callable[[pl.Series, str, bool], pl.DataFrame]  # values, type, simulation → columns s and reason
DRAW = "draw"


class Sealer:
    """Seals chunk after chunk, counts as it goes, and draws each row's place in the shuffle.

    A row's draw is a function of key, content and its index in the extract: neither the size of chunks nor the number
    of threads has any part in the order, and nobody without the key can guess it.

    Args:
        table: The contract.
        bundle: Profile and canaries.
        key: The derived sealing key.
        content: Hash of what is sealed and under which rules; with the key it decides the order of rows.
        files: Names of the office's files, for messages.
        identify: Pseudonyms of a column, where the profile is not ``hmac-v1``.
        linking: What makes comparison keys, where the contract has a second route.
    """

    def __init__(
        self,
        table: Table,
        bundle: Bundle,
        *,
        key: str,
        content: bytes,
        files: tuple[str, ...] = (),
        identify: Identify | None = None,
        linking: Linking | None = None,
    ) -> None:
        self.linking = linking
        self._table, self._bundle, self._key = table, bundle, key
        self._identify = identify or self._hmac
        self._files, self._sentences = files, Sentences(table)
        self._heavy = heavy.of(table)
        seed = hmac.digest(key.encode("ascii"), b"khlang-order-v2\0" + content, hashlib.sha256)
        self._stream = Cipher(algorithms.AES(seed), modes.CTR(bytes(16))).encryptor()
        self.data_rows = self.canary_rows = self.text_bytes = 0
        self.lost_years = {column.name: 0 for column in table.columns if column.generalise}
        self._reasons: dict[str, Counter[str]] = {column.name: Counter() for column in table.identifiers}

    @property
    def pid_reasons(self) -> dict[str, dict[str, int]]:
        """For each sealed column, data rows without a pseudonym by reason."""
        return {name: dict(sorted(counts.items())) for name, counts in self._reasons.items()}

    def chunk(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of ``Extract.chunks`` as they leave, with ``source_file``, ``source_row`` and ``draw``.

        Raises:
            RawIdentifierError: A column that would leave in clear holds raw identifiers.
            InputError: A column holds free text that the contract does not declare, or that may not leave.
            ContractError: The contract asks for a generalisation that this tool does not know.
        """
        self._sentences.add(rows)
        self._sentences.refuse(self._files)
        sealed = self._sealed(rows, simulation=self._bundle.simulation)
        guard.require_none(sealed, _clear(self._table), places=rows, files=self._files)
        self.data_rows += rows.height
        for name, counts in self._reasons.items():
            if sealed[name].null_count():
                counts.update(dict(sealed[f"{name}_reason"].drop_nulls().value_counts().rows()))
        for name in self.lost_years:
            self.lost_years[name] += rows[name].count() - sealed[name].count()
        for name, counter in self._heavy.items():
            counter.add(pl.select(pl.when(sealed[name].is_not_null()).then(sealed[name].hash(seed=7))).to_series())
        keyed = self.linking.keyed(rows, sealed) if self.linking else sealed
        return self._drawn(keyed, rows["source_file"], rows["source_row"])

    def canaries(self) -> pl.DataFrame:
        """The canaries of the dataset, sealed; they come from no file and no row."""
        forms = self._bundle.canaries[self._table.name]
        count = max(map(len, forms.values()), default=0)
        columns = {
            column.name: (forms.get(column.name, []) + [None] * count)[:count] if column.identifier else [None] * count
            for column in self._table.columns
        }
        sealed = self._sealed(pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), simulation=True)
        self.canary_rows += count
        none = pl.Series([None] * count)
        sealed = self.linking.blank(sealed) if self.linking else sealed
        return self._drawn(sealed, none.cast(pl.UInt16), none.cast(pl.Int64))

    def heavy(self) -> dict[str, int]:
        """Column → how many persons stand on more rows than the pool's gate allows; forgets what it saw."""
        seen, self._heavy = self._heavy, {}
        counts = {name: counter.excess()[1].count for name, counter in seen.items()}
        return {name: count for name, count in counts.items() if count}

    def _drawn(self, sealed: pl.DataFrame, file: pl.Series, row: pl.Series) -> pl.DataFrame:
        self.text_bytes += int(sum(sealed.select(pl.all().str.len_bytes().sum()).row(0)))
        count = sealed.height
        stream = pl.Series([self._stream.update(bytes(8 * count))])
        kind = pl.Array(pl.UInt64, count)
        draws = (
            stream.bin.reinterpret(dtype=kind, endianness="little").explode()
            if count
            else pl.Series([], dtype=pl.UInt64)
        )
        return sealed.with_columns(file.alias("source_file"), row.alias("source_row"), draws.alias(DRAW))

    def _hmac(self, values: pl.Series, type_: str, simulation: bool) -> pl.DataFrame:
        return pseudonym.seal_column(values, key=self._key, epoch=self._bundle.epoch, type=type_, simulation=simulation)

    def _sealed(self, rows: pl.DataFrame, *, simulation: bool) -> pl.DataFrame:
        made: list[pl.Series] = []
        for column in self._table.columns:
            values = rows[column.name]
            if column.identifier:
                sealed = self._identify(values, column.identifier, simulation)
                made += [sealed["s"].alias(column.name), sealed["reason"].alias(f"{column.name}_reason")]
            elif column.generalise == "year":
                made.append(rows.select(years.year(pl.col(column.name)).alias(column.name)).to_series())
            elif column.generalise:
                raise ContractError(
                    f"คอลัมน์ {column.name} ต้องลดความละเอียดเป็น {column.generalise} ซึ่งโปรแกรมรุ่นนี้ทำไม่ได้ / Column "
                    f"{column.name} is to be generalised to {column.generalise}, which this tool does not know.",
                    "ปรับรุ่นโปรแกรม / Update khlang.",
                )
            else:
                made.append(scan.mask(values) if column.free_text == "mask" else values)
        return pl.DataFrame(made).select(name for name in sealed_columns(self._table) if name != "row_number")


def _clear(table: Table) -> list[str]:
    return [column.name for column in table.columns if not column.identifier]
