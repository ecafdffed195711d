"""The second route at the agency: comparison keys of rows, in a sealed file of their own beside the submission.

Names and birth dates are read, keys are made of them in the same chunk, and the text is forgotten: neither the
shuffle's file nor anything that leaves holds it. Of a dataset that is no register only rows without a usable citizen
ID get keys. Canaries, persons who do not exist, stand among them with row number 0: they tell a wrong key.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from khlang import comparison, manifest, private
from khlang.agency import parts
from khlang.agency.home import Home
from khlang.contracts import Table
from khlang.contracts.second_route import FIELDS, SecondRoute
from khlang.errors import ContractError
from khlang.manifest import Link, Part

PREFIX = "link."  # of a field's column in the chunks of an extract; no column of a contract has a dot


@dataclass(frozen=True)
class Linking:
    """What makes the comparison keys of one extract; holds the derived linkage key."""

    route: SecondRoute
    person: str
    epoch: str
    kcv: str
    key: str = field(repr=False)
    canaries: Sequence[Mapping[str, str]]

    def keyed(self, rows: pl.DataFrame, sealed: pl.DataFrame) -> pl.DataFrame:
        """The sealed rows with one column a comparison key; null where a row gets none."""
        fields = pl.DataFrame({name: rows[PREFIX + name] for name in self.route.fields})
        made = self._keys(fields)
        if self.route.rows == "unlinked":
            lost = sealed[self.person].is_null()
            made = made.select(pl.when(lost).then(column).alias(column.name) for column in made.iter_columns())
        return sealed.hstack(made)

    def blank(self, sealed: pl.DataFrame) -> pl.DataFrame:
        """The same columns for rows that come from no file: the submission's own canaries."""
        return sealed.with_columns(pl.lit(None, pl.String).alias(key.name) for key in self.route.keys)

    def rows(self, numbered: pl.DataFrame) -> pl.DataFrame:
        """What a link file holds of numbered rows: those that have a key at all."""
        names = [key.name for key in self.route.keys]
        return numbered.select(self.route.columns).filter(pl.any_horizontal(pl.col(names).is_not_null()))

    def canary_rows(self) -> pl.DataFrame:
        """The canaries' keys, with row number 0."""
        schema = dict.fromkeys(FIELDS, pl.String)
        made = self._keys(pl.DataFrame([dict(one) for one in self.canaries], schema=schema))
        return made.select(pl.lit(0, pl.Int64).alias("row_number"), *made.columns)

    def _keys(self, fields: pl.DataFrame) -> pl.DataFrame:
        return comparison.columns(fields, self.route.keys, key=self.key, epoch=self.epoch)


def of(home: Home, table: Table) -> Linking | None:
    """What a dataset's second route needs of this agency's folder; None where its contract has none.

    Raises:
        ContractError: The bundle does not speak of the second route.
        SetupError: The linkage key is not here.
        SealingKeyError: It is not the bundle's.
    """
    if table.second_route is None:
        return None
    said: Mapping[str, Any] | None = home.bundle().link
    if said is None or table.name not in said["canaries"]:
        raise ContractError(
            f"ข้อตกลงข้อมูล {table.name} มีเส้นทางที่สอง แต่ไฟล์ตั้งค่าไม่มี / The contract has a second route, the bundle has none.",
            "ขอไฟล์ตั้งค่าชุดใหม่จากผู้ดูแลกุญแจ / Ask the key authority for a new bundle.",
            code="LINK-BUNDLE",
        )
    made = said["canaries"][table.name]
    return Linking(table.second_route, table.person.name, said["epoch"], said["kcv"], home.link_key(), made)


class LinkFile:
    """Writes a submission's link file while its parts are written: never more rows in memory than a part has."""

    def __init__(self, linking: Linking, folder: Path, recipient: str) -> None:
        self._linking, self._folder, self._recipient = linking, folder, recipient
        self._parts: list[Part] = []

    def add(self, numbered: pl.DataFrame) -> None:
        """Write what these rows have of keys; the canaries go with the first."""
        rows = self._linking.rows(numbered)
        if not self._parts:
            rows = pl.concat([self._linking.canary_rows(), rows])
        for part in parts.inner(rows.rechunk()) if rows.height else ():
            sealed = parts.encrypt(part.data, self._recipient)
            outer = hashlib.sha256(sealed).hexdigest()
            name = manifest.part_name(len(self._parts) + 1, outer, "link")
            private.write(self._folder / name, sealed)
            self._parts.append(
                {"name": name, "rows": part.rows, "bytes": len(sealed), "sha256": outer, "inner_sha256": part.sha256}
            )

    def told(self) -> Link:
        """What the manifest says of it."""
        recipes = [key.recipe for key in self._linking.route.keys]
        return {"epoch": self._linking.epoch, "kcv": self._linking.kcv, "recipes": recipes, "parts": self._parts}
