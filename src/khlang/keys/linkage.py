"""The authority's part of the second route: its own key, and canaries of comparison keys.

A canary here is a person who does not exist, written as offices write: a title before the name, a Buddhist year in
Thai digits, an amphoe of a province that is none. The pool knows only the keys that must come of them.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from khlang import comparison, private, pseudonym
from khlang.contracts import Table
from khlang.contracts.second_route import FIELDS
from khlang.keys.authority import Authority

People = dict[str, list[dict[str, str]]]  # dataset → fields of each canary
COUNT = 3
_SYLLABLES = ("กะ", "ขิน", "งาม", "จุ", "ชัน", "ดอน", "ตา", "นิล", "บุ", "ปราง", "ผัน", "มุก", "ยิน", "ราน", "ลัก", "สิ")
_THAI = {ord("0") + i: chr(ord("๐") + i) for i in range(10)}


def check_value(authority: Authority) -> str:
    """What tells one linkage key from another, and nothing of either."""
    return pseudonym.key_check_value(authority.link_key())


def section(
    authority: Authority, agency: str, tables: Iterable[Table], recipients: Mapping[str, str]
) -> dict[str, Any] | None:
    """What a bundle says of the second route; None where no contract of the agency has one."""
    kept = people(authority, agency, tables)
    if not kept:
        return None
    kcv = check_value(authority)
    return {"epoch": authority.epoch, "kcv": kcv, "recipients": dict(recipients), "canaries": kept}


def people(authority: Authority, agency: str, tables: Iterable[Table]) -> People:
    """The canaries of an agency's datasets with a second route; drawn once an epoch, then kept."""
    wanted = [table.name for table in tables if table.second_route]
    if not wanted:
        return {}
    path = authority.folder / "canaries" / authority.epoch / f"{agency}.link.json"
    kept: People = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if missing := [name for name in wanted if name not in kept]:
        kept |= {name: [_person() for _ in range(COUNT)] for name in missing}
        private.folder(path.parent)
        private.write(path, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
    return {name: kept[name] for name in wanted}


def expected(authority: Authority, agency: str, tables: Iterable[Table]) -> dict[str, list[dict[str, str | None]]]:
    """Dataset → of each canary the comparison keys by name, as the linkage job must meet them."""
    known = [table for table in tables if table.second_route]
    kept = people(authority, agency, known)
    found: dict[str, list[dict[str, str | None]]] = {}
    for table in known:
        fields = pl.DataFrame(kept[table.name], schema=dict.fromkeys(FIELDS, pl.String))
        if table.second_route:
            keys = table.second_route.keys
            made = comparison.columns(fields, keys, key=authority.link_key(), epoch=authority.epoch)
            found[table.name] = made.to_dicts()
    return found


def _person() -> dict[str, str]:
    sex = secrets.choice(("ชาย", "หญิง"))
    title = {"ชาย": "นาย", "หญิง": "น.ส. "}[sex]
    year, month, day = 2440 + secrets.randbelow(20), 1 + secrets.randbelow(12), 1 + secrets.randbelow(28)
    return {
        "given_name": f"{title}{_word(2)}\u200b{_word(2)}",
        "family_name": f" {_word(3)}\u00a0{_word(2)}",
        "birth_date": f"{day:02d}/{month:02d}/{year}".translate(_THAI),
        "sex": sex,
        "amphoe": f"99{secrets.randbelow(100):02d}".translate(_THAI),  # 99 is no province
    }


def _word(syllables: int) -> str:
    return "".join(secrets.choice(_SYLLABLES) for _ in range(syllables))
