"""What is inside a part: the contract's columns, identifiers in their sealed form, canaries; and only then rows."""

import difflib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from khlang.contracts import Table, folded, sealed_columns
from khlang.errors import CanaryError, ContractError, IntegrityError, KhlangError, RawIdentifierError
from khlang.landing.envelope import AGAIN, BUNDLE
from khlang.landing.refusal import refusal
from khlang.landing.registry import Epoch
from khlang.manifest import Manifest, Part

if TYPE_CHECKING:
    import polars as pl

Expected = Mapping[str, Sequence[str]]  # sealed column → pseudonyms of its canaries


@dataclass
class Canaries:
    """The canaries of one submission: what is expected, and what its parts held so far."""

    expected: Expected
    met: dict[str, Counter[str]] = field(default_factory=dict)
    rows: int = 0

    def take_out(self, rows: "pl.DataFrame") -> "pl.DataFrame":
        """The rows that are no canaries; the others are counted."""
        import polars as pl

        if not self.expected:
            return rows
        is_canary = pl.any_horizontal(
            pl.col(column).is_in(list(values)).fill_null(value=False) for column, values in self.expected.items()
        )
        found = rows.filter(is_canary)
        self.rows += found.height
        for column in self.expected:
            self.met.setdefault(column, Counter()).update(found[column].drop_nulls().to_list())
        return rows.filter(~is_canary)

    def check(self, made: Manifest) -> None:
        """Every expected pseudonym was met, and nothing else was in a canary's row.

        Raises:
            CanaryError: Some are missing; the message says whether it looks like key, normaliser or type.
        """
        missing = {
            column: [value for value in values if value not in self.met.get(column, {})]
            for column, values in self.expected.items()
        }
        wrong = {column for column, values in missing.items() if values}
        whole = {column for column in wrong if len(missing[column]) == len(self.expected[column])}
        if wrong:
            raise _canaries(made, wrong, whole, set(self.expected))
        if self.rows != made["canary_rows"]:
            raise refusal(
                CanaryError,
                "CANARY-ROWS",
                th="จำนวนแถวทดสอบ (canary) ไม่ตรงกับใบกำกับ",
                en="The number of canary rows is not the manifest's.",
                remedy=AGAIN,
            )


def _canaries(made: Manifest, wrong: set[str], whole: set[str], columns: set[str]) -> KhlangError:
    names = ", ".join(sorted(wrong))
    if made["canary_rows"] == 0:
        return _differ(names, "CANARY-ABSENT", "ไม่มีแถวทดสอบ", "there are no canary rows")
    if whole == columns:
        told = "the sealing key or its epoch is not the right one"
        return _differ(names, "CANARY-KEY", "กุญแจปิดผนึกไม่ถูกต้อง", told)
    if whole:
        told = "the identifier type, or the column that was mapped, is not the right one"
        return _differ(names, "CANARY-TYPE", "ชนิดเลขประจำตัวหรือคอลัมน์ที่จับคู่ไม่ถูกต้อง", told)
    told = "the normaliser is not the profile's: some written forms came out differently"
    return _differ(names, "CANARY-NORMALISER", "การจัดรูปเลขประจำตัวต่างจากกติกา", told)


def _differ(names: str, code: str, th: str, en: str) -> KhlangError:
    return refusal(
        CanaryError,
        code,
        th=f"แถวทดสอบ (canary) ของ {names} ไม่ตรง: {th}",
        en=f"The canaries of {names} differ: {en}.",
        remedy=BUNDLE,
    )


@dataclass(frozen=True)
class Content:
    """What the parts of one submission hold: its contract's rows, and canaries among them."""

    table: Table
    epoch: Epoch
    canaries: Canaries

    def take_out(self, part: Part, opened: bytes) -> "pl.DataFrame":
        """A part's rows that are no canaries; see :func:`rows` for what is refused."""
        return self.canaries.take_out(rows(part, opened, self.table, epoch=self.epoch))

    def check(self, made: Manifest) -> None:
        """Every canary was met, by :meth:`Canaries.check`."""
        self.canaries.check(made)


def rows(part: Part, data: bytes, table: Table, *, epoch: Epoch) -> "pl.DataFrame":
    """Read a part's rows.

    Raises:
        IntegrityError: It is no Parquet, or has other rows than the manifest says.
        ContractError: Its columns are not the contract's.
        RawIdentifierError: An identifier column holds something that is not sealed.
        SealingKeyError: It is sealed under another epoch.
    """
    import polars as pl

    try:
        columns(table, dict(pl.read_parquet_schema(io.BytesIO(data))))
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError):
        raise refusal(
            IntegrityError,
            "PART-PARQUET",
            th=f"ไฟล์ส่วน {part['name']} ไม่ใช่ Parquet ที่อ่านได้",
            en=f"Part {part['name']} is no readable Parquet.",
            remedy=AGAIN,
        ) from None
    if frame.height != part["rows"]:
        raise refusal(
            IntegrityError,
            "PART-ROWS",
            th=f"ไฟล์ส่วน {part['name']} มีจำนวนแถวไม่ตรงกับใบกำกับ",
            en=f"Part {part['name']} has other rows than the manifest says.",
            remedy=AGAIN,
        )
    identifiers(frame, table, epoch=epoch)
    return frame


def columns(table: Table, found: "Mapping[str, pl.DataType]") -> None:
    """The columns are exactly the contract's, in its order, text but for the row number.

    Raises:
        ContractError: Columns are added, missing, renamed, of another type or in another order: all are named.
    """
    if lines := differences(table, found):
        th = "; ".join(f"{key[0]} {', '.join(names)}".strip() for key, names in lines.items())
        en = "; ".join(f"{key[1]} {', '.join(names)}".strip() for key, names in lines.items())
        raise refusal(
            ContractError,
            "COLUMNS",
            th=f"คอลัมน์ไม่ตรงกับข้อตกลงข้อมูล {table.name} {table.version_text}: {th}",
            en=f"The columns are not those of contract {table.name} {table.version_text}: {en}.",
            remedy=BUNDLE,
        )


def differences(table: Table, found: "Mapping[str, pl.DataType]") -> dict[tuple[str, str], list[str]]:
    """How a part's columns differ from the contract's: a difference in Thai and English → the columns it concerns."""
    import polars as pl

    expected = sealed_columns(table)
    missing = [name for name in expected if name not in found]
    added = [name for name in found if name not in expected]
    wanted = {name: pl.Int64() if name == "row_number" else pl.String() for name in expected}
    retyped = [name for name in expected if name in found and found[name] != wanted[name]]
    said = [f"{old} → {new}" for old in added if (new := _nearest(old, missing, table))]
    lines = {
        ("ขาด", "missing"): missing,
        ("เกิน", "added"): added,
        ("อาจเปลี่ยนชื่อ", "perhaps renamed"): said,
        ("ชนิดไม่ใช่ข้อความ", "retyped"): retyped,
    }
    if not missing and not added and not retyped and list(found) != list(expected):
        lines["ลำดับคอลัมน์ต่าง", "order differs"] = [""]
    return {said: names for said, names in lines.items() if names}


def _nearest(name: str, missing: Sequence[str], table: Table) -> str:
    headers = {folded(header): column.name for column in table.columns for header in column.headers}
    known = {header: column for header, column in headers.items() if column in missing}
    close = difflib.get_close_matches(folded(name), known, n=1, cutoff=0.6)
    return known[close[0]] if close else ""


def identifiers(frame: "pl.DataFrame", table: Table, *, epoch: Epoch) -> None:
    """Every cell of an identifier column is a pseudonym of this epoch, or empty.

    Raises:
        RawIdentifierError: Some are not; the column and how many are told, never one of them.
    """
    import polars as pl

    names = [column.name for column in table.identifiers]
    if not names:
        return  # readings and prices are nobody's
    counts = frame.select((~pl.col(name).str.contains(epoch.pattern)).sum().alias(name) for name in names).row(
        0, named=True
    )
    bad = {name: count for name, count in counts.items() if count}
    if bad:
        told = ", ".join(f"{name} ({count})" for name, count in bad.items())
        raise refusal(
            RawIdentifierError,
            "PSEUDONYM-FORM",
            th=f"คอลัมน์เลขประจำตัวมีค่าที่ไม่ได้ปิดผนึกตามรุ่นกุญแจที่ใช้ (จำนวนแถว): {told}",
            en=f"Identifier columns hold what is not sealed under epoch {epoch.name} (rows): {told}.",
            remedy=AGAIN,
        )
