"""The compromise table: what each holding, and each pair of them, gives back of 10,000 simulated CIDs.

Real artefacts of a small run (seal → p → pid → project) and real attacks: whoever has a key tries every candidate CID
(the 10,000 themselves, the kindest universe to an attacker), joins row orders, and matches frequencies.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement
from pathlib import Path

import polars as pl
from tests import agency_kit

from khlang import pseudonym

PEOPLE = 10_000
HOLDINGS = (
    "K_src", "K_pool", "K_proj", "month identity", "landing", "curated", "spine", "backup", "spill files", "colluder",
)  # fmt: skip
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "compromise.md"


@dataclass(frozen=True)
class Artefacts:
    """One month of one dataset as every party sees it; ``rows`` is the agency's file, in its own order."""

    rows: list[str]
    keys: Mapping[str, str]
    landing: list[str]
    curated: list[int]
    spine: list[str]
    project: list[int]


@cache
def artefacts() -> Artefacts:
    """Seal, re-key and project 10,000 persons, with the order of rows that each step leaves."""
    rng = random.Random(9497)
    people = [agency_kit.cid(rng.randrange(10**11)) for _ in range(PEOPLE)]
    # Some have two rows, and one has more than anybody else: food for a frequency attack.
    rows = [one for number, one in enumerate(people) for _ in range(1 + number % 20 // 18 + (number == 7) * 40)]
    keys = {role: pseudonym.derive_key(rng.randbytes(32), role, name)
            for role, name in (("src", "e01"), ("pool", "e01"), ("proj", "demo"))}  # fmt: skip
    sealed = pseudonym.seal_column(pl.Series(rows), key=keys["src"], epoch="e01", type="th-cid", simulation=True)["s"]
    shuffled = sealed.sample(fraction=1.0, shuffle=True, seed=rng.randrange(2**32))
    pooled = pseudonym.pool_column(shuffled, key=keys["pool"], epoch="e01")
    projected = pseudonym.project_column(pooled.unique().sort(), key=keys["proj"], project="demo")
    return Artefacts(
        rows=rows,
        keys=keys,
        landing=shuffled.to_list(),
        curated=sorted(pseudonym.pid_column(pooled).to_list()),
        spine=sorted(pooled.unique().to_list()),
        project=sorted(pseudonym.pid_column(projected).to_list()),
    )


def recovered(first: str, second: str) -> int:
    """How many of the CIDs two holders find together."""
    held = {first, second}
    return len(_by_keys(held) | _by_order(held) | _by_frequency(held))


def _readable(held: set[str]) -> list[str]:
    """The pseudonyms and pids that a holder reads, as text; sealed objects open with the month's secret only.

    A backup holds the curated tables and the spine, and no key. Spill files are encrypted under a key that a Spark
    application keeps in its memory: they hold nothing readable.
    """
    made = artefacts()
    read: list[str] = []
    if {"landing", "month identity"} <= held:
        read += made.landing
    if held & {"curated", "backup"}:
        read += map(str, made.curated)
    if held & {"spine", "backup"}:
        read += made.spine
    if "K_proj" in held:
        read += map(str, made.project)  # the project's keeper sees the project's tables
    return read


def _by_keys(held: set[str]) -> set[str]:
    """Try every candidate with the keys that are held against everything that is read."""
    made, people = artefacts(), _people()
    if not held & {"K_src", "colluder"}:
        return set()  # without K_src no candidate becomes an s, and without an s no p
    s = pseudonym.seal_column(pl.Series(people), key=made.keys["src"], epoch="e01", type="th-cid", simulation=True)["s"]
    forms = [s.to_list()]
    if "K_pool" in held:
        p = pseudonym.pool_column(s, key=made.keys["pool"], epoch="e01")
        forms += [p.to_list(), [str(one) for one in pseudonym.pid_column(p)]]
    seen = frozenset(_readable(held))
    if "K_pool" in held:
        # The chain itself is lost then: whatever table its holder ever comes to see is readable, so one is given.
        seen |= frozenset(map(str, made.curated))
    return {one for form in forms for one, value in zip(people, form, strict=True) if value in seen}


def _by_order(held: set[str]) -> set[str]:
    """Hold the n-th person of the colluder's file against the n-th of what is read; a chance hit counts as found."""
    if "colluder" not in held:
        return set()
    made, people = artefacts(), _people()
    found: set[str] = set()
    if held & {"spine", "backup"}:
        found |= _hits(people, [_truth()[p] for p in made.spine])
    if held & {"curated", "backup"}:
        found |= _hits(made.rows, [_truth()[str(pid)] for pid in made.curated])
    return found


def _hits(guessed: list[str], real: list[str]) -> set[str]:
    return {one for one, other in zip(guessed, real, strict=True) if one == other}


def _by_frequency(held: set[str]) -> set[str]:
    """Match persons by how many rows they have: who is alone with a count is recognised."""
    if "colluder" not in held or not held & {"curated", "backup"}:
        return set()
    mine, theirs = Counter(artefacts().rows), Counter(artefacts().curated)
    alone = {n for n, persons in Counter(mine.values()).items() if persons == 1 and list(theirs.values()).count(n) == 1}
    return {one for one, count in mine.items() if count in alone}


@cache
def _people() -> list[str]:
    return list(dict.fromkeys(artefacts().rows))


@cache
def _truth() -> dict[str, str]:
    """Pool pseudonym or pid → whose it is: the judge of guesses, known to no attacker."""
    made, people = artefacts(), _people()
    s = pseudonym.seal_column(pl.Series(people), key=made.keys["src"], epoch="e01", type="th-cid", simulation=True)["s"]
    p = pseudonym.pool_column(s, key=made.keys["pool"], epoch="e01")
    pids = [str(one) for one in pseudonym.pid_column(p)]
    return dict(zip(p, people, strict=True)) | dict(zip(pids, people, strict=True))


@cache
def table() -> dict[tuple[str, str], int]:
    """Every single (a pair with itself) and every pair."""
    return {pair: recovered(*pair) for pair in combinations_with_replacement(HOLDINGS, 2)}


_ORDER = "Chance hits of a row-order attack: tables are sorted by pseudonym, which says nothing of the file's order."
_RARE = (
    "An agency knows how many rows each of its persons has; who is alone with a number is found in a table that keeps"
    " the rows (frequency), and a few by chance (row order). Not promised against: privacy.md."
)
REASONS = {
    ("K_src", "K_pool"): "Both keys are the whole chain: any CID becomes its p and pid.",
    ("K_pool", "colluder"): "An agency knows K_src; with K_pool it has the whole chain.",
    ("curated", "colluder"): _RARE,
    ("backup", "colluder"): _RARE + " A backup holds what curated holds.",
    ("spine", "colluder"): _ORDER,
}


_HEAD = (
    f"Of {PEOPLE:,} simulated citizen IDs, found by a holder of the row and the column together; the diagonal is the"
    " row alone. Made by `python -m tests.privacy.compromise`; a stale page fails"
    " `tests/privacy/test_compromise.py`."
)
_FOOT = (
    "The attacker tries every candidate with the keys held (the candidates are the simulated CIDs themselves), holds"
    " row orders against each other, and matches persons by their number of rows. Landing with the month's identity"
    " gives source pseudonyms: a third party learns nothing from them, and with K_src everything; that is a triple,"
    " and why the identity is destroyed after the correction window. Not attacked here: a Spark worker's spill files"
    " count as unreadable because Spark encrypts them (`tests/privacy/test_leak_search.py` searches them)."
)


def page() -> str:
    """The page of the table."""
    made = table()
    lines = [
        "# Who holds what, and how many citizen IDs that gives back",
        "",
        _HEAD,
        "",
        f"Control: a plain SHA-256 of each CID gives back {PEOPLE:,}.",
        "",
        "| | " + " | ".join(HOLDINGS) + " |",
        "|---" * (len(HOLDINGS) + 1) + "|",
    ]
    for row in HOLDINGS:
        cells = [f"{made.get((row, col), made.get((col, row), 0)):,}" for col in HOLDINGS]
        lines.append(f"| **{row}** | " + " | ".join(cells) + " |")
    lines += ["", "Every cell that is not zero:", ""]
    lines += [f"- {a} with {b}: {made[a, b]:,}. {why}" for (a, b), why in REASONS.items()]
    lines += [
        "",
        _FOOT,
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
