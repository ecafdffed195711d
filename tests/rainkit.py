"""A domain of the tests' own in which no identifier stands, beside the real contracts: ``tests/rain``."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from khlang import domains

HERE = Path(__file__).parent
ROOT = HERE.parent


def root(folder: Path) -> Path:
    """A checkout's ``contracts`` and ``expectations`` with the domain in them, in a folder of their own."""
    for name in ("contracts", "expectations"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(HERE / "rain" / "contracts", folder / "contracts", dirs_exist_ok=True)
    fields = folder / "contracts" / "fields.yaml"
    told = yaml.safe_load(fields.read_text(encoding="utf-8"))
    mine = yaml.safe_load((HERE / "rain" / "fields.yaml").read_text(encoding="utf-8"))
    # A name that the lake has by now keeps its meaning there.
    fields.write_text(yaml.safe_dump(mine | told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


@contextmanager
def known() -> Iterator[None]:
    """``khlang.domains.rain`` can be imported."""
    domains.__path__.append(str(HERE / "rain" / "domains"))
    domains.names.cache_clear()
    try:
        yield
    finally:
        domains.__path__.remove(str(HERE / "rain" / "domains"))
        domains.names.cache_clear()
