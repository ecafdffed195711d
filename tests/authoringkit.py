"""A small project in memory for tests of ``khlang contract``: births, the house registry, and what they name."""

import functools
from pathlib import Path

import yaml

from khlang.authoring import project
from khlang.authoring.finding import Finding
from khlang.authoring.lint import lint
from khlang.authoring.texts import FIELDS, Texts
from khlang.contracts import load
from khlang.identifiers import check_digit

ROOT = Path(__file__).parents[1]
BIRTHS, REGISTRY = "contracts/health/births.yaml", "contracts/welfare/house_registry.yaml"
MART = "contracts/health/small_mart.yaml"


@functools.cache
def small() -> Texts:
    """Two datasets of two domains, with the fields, code lists and expectations that they use."""
    tables = load(ROOT / "contracts")
    used = [tables[name] for name in ("births", "house_registry")]
    names = {column.name for table in used for column in table.stored}
    codes = {column.codes for table in used for column in table.stored if column.codes}
    told = {name: tables.source["fields"][name] for name in tables.source["fields"] if name in names}
    files = [f"{start}/{table.path}" for table in used for start in ("contracts", "expectations")]
    files += [f"contracts/codes/{name}.csv" for name in sorted(codes)]
    kept = {path: (ROOT / path).read_text(encoding="utf-8") for path in files}
    fields = yaml.safe_dump(told, allow_unicode=True, sort_keys=False)
    return Texts("small", {**kept, FIELDS: fields})


def changed(path: str, old: str, new: str, texts: Texts | None = None) -> Texts:
    """The small project with one text replaced, once."""
    base = texts or small()
    assert old in base.files[path], f"{path} does not hold {old!r}"
    return Texts("changed", {**base.files, path: base.files[path].replace(old, new, 1)})


def with_file(path: str, text: str) -> Texts:
    """The small project with one file more."""
    return Texts("more", {**small().files, path: text})


def findings(texts: Texts, before: Texts | None = None) -> list[Finding]:
    old = project.read(before, places=False) if before else None
    return lint(project.read(texts), before=old)


def citizen(number: int) -> str:
    """A citizen ID of class 9, never issued, with a true check digit."""
    twelve = f"9{number * 7919 % 10**11:011d}"
    return twelve + str(check_digit(twelve))
