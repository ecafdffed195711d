"""Bytes that once broke the reader of text tables, and all text files of the corpus, read whole and cut to pieces."""

from pathlib import Path

import pytest
from tests.fuzz import reader

ROOT = Path(__file__).resolve().parents[1]
SEEDS = sorted((ROOT / "fuzz" / "seeds").iterdir())
TEXTS = sorted(path for path in (ROOT / "corpus" / "files").iterdir() if path.suffix in {".csv", ".txt", ".tsv"})


@pytest.mark.parametrize("path", [*SEEDS, *TEXTS], ids=lambda path: path.name)
def test_the_same_however_it_is_cut(path: Path) -> None:
    reader.check_same_however_cut(path.read_bytes())


def test_the_seeds_hold_rows() -> None:
    for path in SEEDS:
        assert reader.outcome(path.read_bytes(), reader.SMALL)[0] != "S", f"{path.name} is refused: it shows nothing"
