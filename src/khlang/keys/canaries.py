"""Canaries: secret persons who do not exist, in the dirty forms of offices, whose pseudonyms the pool expects.

Each goes through the whole of sealing as a row of the extract. Missing or different at the pool, they tell a wrong key,
epoch, normaliser or identifier type apart from a merely odd month. Class 9 was never issued, so they meet nobody.
"""

import json
import secrets
from collections.abc import Iterable, Mapping

from khlang import identifiers, private
from khlang.contracts import Table
from khlang.errors import ContractError
from khlang.keys.authority import Authority

Canaries = dict[str, dict[str, list[str]]]  # dataset → sealed column → dirty raw forms
_THAI = {ord("0") + i: chr(ord("๐") + i) for i in range(10)}
_CONSONANTS = "กขคฆงจฉชซฌญฎฐฒณดตถทธนบปผพฟภมยรลวศษสหฬอฮ"


def of(authority: Authority, agency: str, tables: Iterable[Table]) -> Canaries:
    """The canaries of an agency; drawn once for each epoch, dataset and column, then kept."""
    path = authority.folder / "canaries" / authority.epoch / f"{agency}.json"
    kept: Canaries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    before = json.dumps(kept)
    for table in tables:
        columns = kept.setdefault(table.name, {})
        for column in table.identifiers:
            columns.setdefault(column.name, _draw(str(column.identifier)))
    if json.dumps(kept) != before:
        private.folder(path.parent)
        private.write(path, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
    return kept


def expected(authority: Authority, canaries: Canaries, tables: Iterable[Table]) -> dict[str, dict[str, list[str]]]:
    """What each canary must be at the pool: its source pseudonym, which tells nothing of the key."""
    types = {(table.name, column.name): str(column.identifier) for table in tables for column in table.identifiers}

    def sealed(dataset: str, column: str, form: str) -> str:
        type_ = types[dataset, column]
        identifier, reason = identifiers.normalise(form, type=type_, simulation=True)
        if identifier is None:
            raise ContractError(f"A canary of {dataset}.{column} does not normalise: {reason}.", "Draw it again.")
        return authority.seal(identifier, type_)

    return {
        dataset: {column: [sealed(dataset, column, form) for form in forms] for column, forms in columns.items()}
        for dataset, columns in canaries.items()
        if any(dataset == name for name, _ in types)
    }


def _draw(type_: str) -> list[str]:
    makers: Mapping[str, list[str]] = {"house": _houses(), "plate": _plates()}
    return makers.get(type_) or _persons()


def _persons() -> list[str]:
    one, two, three, four = (_thirteen() for _ in range(4))
    spread = f"{two[0]}\u00a0{two[1:5]}\u00a0{two[5:10]}\u00a0{two[10:12]}\u00a0{two[12]}"
    dashed = f"{three[0]}-{three[1:5]}-{three[5:10]}–{three[10:12]}-{three[12]}"
    return [one.translate(_THAI), spread, dashed, f"'\u200b{four[:7]} {four[7:]}"]


def _thirteen() -> str:
    while True:
        twelve = f"9{secrets.randbelow(10**11):011d}"
        whole = f"{twelve}{identifiers.check_digit(twelve)}"
        if identifiers.normalise(whole, simulation=True)[0]:
            return whole


def _houses() -> list[str]:
    # 99 is no province, so that no house has such a code.
    one, two, three, four = (f"99{secrets.randbelow(10**9):09d}" for _ in range(4))
    return [one.translate(_THAI), f"{two[:4]}-{two[4:10]}-{two[10]}", f"{three[:4]}\u00a0{three[4:]}", f"'{four}"]


def _plates() -> list[str]:
    # Six digits are more than any plate has.
    def plate() -> tuple[str, str]:
        letters = "".join(secrets.choice(_CONSONANTS) for _ in range(2))
        return letters, f"{secrets.randbelow(900_000) + 100_000}"

    (a, one), (b, two), (c, three), (d, four) = (plate() for _ in range(4))
    return [f"๙{a} {one.translate(_THAI)}", f"9{b}-{two}", f"9 {c}\u00a0{three}", f"9{d}\u200b {four}"]
