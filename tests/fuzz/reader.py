"""Coverage-guided fuzzing of the reader of text tables: ``python -m tests.fuzz.reader [seconds]`` (PyPI ``atheris``).

Whatever bytes come, the reader either refuses with an ``InputError`` or gives rows, and it says the same however the
file is cut into blocks. Inputs that broke it lie in ``tests/fuzz/seeds``; a unit
test reads them.
"""

import io
import os
import sys
from pathlib import Path

import polars as pl
from tests.fuzz import looked_at

from khlang import contracts
from khlang.agency.reading import blocks, encodings, grammar, headers, text
from khlang.agency.reading.model import ReadOptions
from khlang.agency.reading.text import TextPart
from khlang.errors import InputError

HERE = Path(__file__).parent
TABLE = contracts.load()["house_registry"]
SMALL = 64  # bytes a block: many cuts in a small file
_RAW = blocks.raw


def outcome(data: bytes, size: int) -> str | list[tuple[object, ...]]:
    """Rows with their numbers, or the code of the refusal and the row that it names."""
    blocks.raw = lambda stream: _RAW(stream, size=size)
    try:
        part = TextPart("x.csv", lambda: io.BytesIO(data), ReadOptions(), lambda cells: headers.score(cells, TABLE))
        header = headers.found(part.head(), TABLE)
        frames = [
            frame.with_row_index("row", offset=first) for first, frame in part.frames(header.skip, len(header.cells))
        ]
    except InputError as refused:
        return f"{refused.code}: {refused.message}"
    finally:
        blocks.raw = _RAW
    return pl.concat(frames).rows() if frames else []


def check_same_however_cut(data: bytes) -> None:
    """Raise where the reader breaks or where the size of a block changes what it says.

    Of several faults in one file either may be named first.
    """
    whole, cut = outcome(data, blocks.BLOCK), outcome(data, SMALL)
    if whole != cut and not (isinstance(whole, str) and isinstance(cut, str)):
        raise AssertionError(f"whole: {whole!r:.300}\ncut: {cut!r:.300}")


def main() -> None:
    """Fuzz for some seconds, from the corpus of saved files and the seeds."""
    import atheris

    looked_at.instrument((blocks, encodings, grammar, headers, text))
    seeds = [str(HERE / "seeds"), str(HERE.parent / "corpus" / "files")]
    options = [f"-max_total_time={int(sys.argv[1]) if len(sys.argv) > 1 else 60}", "-max_len=4096", "-timeout=20"]
    found = Path(os.environ.get("KHLANG_VAR", "var")) / "fuzz"
    found.mkdir(parents=True, exist_ok=True)
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={found}/", str(found), *seeds], check_same_however_cut)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
