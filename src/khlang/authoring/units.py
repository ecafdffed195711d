"""What one row of a file may stand for: the fewest columns that no two rows share, proposed."""

import itertools
from collections.abc import Sequence

import polars as pl

from khlang.authoring import words
from khlang.authoring.proposal import Guess
from khlang.values import local

WIDEST, TRIED = 3, 8  # columns of a grain; columns that are tried
BETTER = 0.02  # of the rows told apart: a further column has to earn its place
_RANK = {"date": 1, "month": 1, "code": 2, "text": 3, "integer": 4}


def propose(frame: pl.DataFrame, guesses: Sequence[Guess]) -> tuple[tuple[str, ...], str]:
    """Columns of a grain, and why these.

    Args:
        frame: The file's cells as text, a column for each guess in their order.
        guesses: What each column may be.
    """
    able = [(one, column) for one, column in zip(guesses, frame.columns, strict=False) if _may(one, frame[column])]
    able.sort(key=lambda pair: 0 if pair[0].identifier else _RANK.get(pair[0].standard, 5))
    clean = {name: local.cleaned(pl.col(name), "text" if one.identifier else one.standard) for one, name in able}
    best: tuple[float, tuple[str, ...]] = (0.0, ())
    for size in range(1, WIDEST + 1):
        for some in itertools.combinations(able[:TRIED], size):
            whole = frame.select(clean[name].alias(name) for _, name in some).drop_nulls()
            share = whole.n_unique() / whole.height if whole.height else 0.0
            names = tuple(one.name for one, _ in some)
            if share == 1:
                return names, f"ไม่ซ้ำเลยใน {whole.height:,} แถว / no row repeats it"
            if share > best[0] + BETTER:
                best = share, names
    return best[1], f"ซ้ำ {1 - best[0]:.1%} ของแถว / of rows repeat it"


def _may(one: Guess, cells: pl.Series) -> bool:
    """What leaves, is nearly always filled, and is no amount, no trait of a person, and no date of an update."""
    trait = one.personal == "sensitive" or one.generalise or words.means(one.header, "latest")
    return one.carried and not trait and one.standard != "money" and cells.null_count() < len(cells) / 10
