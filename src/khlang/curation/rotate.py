"""Rotations of the pool's own lake: where the new keys lie, when they come into use, and what bridges are told."""

import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from khlang import contracts, private
from khlang.curation import bridge, objects, rekey, rewrite, rotation
from khlang.curation.ledger import Ledger
from khlang.curation.rekey import Pool
from khlang.curation.rotation import Kind
from khlang.curation.run import Decision, Work
from khlang.errors import UsageError
from khlang.landing import registry
from khlang.manifest import BRIDGE
from khlang.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Of the decisions on bridges; they have no contract whose version could raise it.
REVISION = 1


def bridges(
    settings: Settings, spark: "SparkSession", *, lake: objects.Lake | None = None, ledger: Ledger | None = None
) -> dict[str, int]:
    """Write the aliases of all accepted bridges of a planned rotation; repeated, it changes nothing.

    After a compromise they are not for aliases, but for :func:`rotate`.

    Raises:
        ServiceError: A rotation is under way.
    """
    place = lake or objects.bucket(settings)
    rotation.require_rest(place.objects)
    book = ledger or _receipts(settings)
    waiting = list(book.pending(BRIDGE, REVISION))
    into = registry.bridgeable(settings)
    counts = bridge.apply(spark, place, rekey.pool(settings), contracts.load(settings.contracts), into)
    if not registry.unrotated(settings):
        _decide(book, waiting)
    return counts


def waiting(settings: Settings, ledger: Ledger) -> bool:
    """Whether a bridge was accepted that no alias was written of, and that can be used as it is."""
    if not registry.rotated(settings) or registry.unrotated(settings):
        return False
    return any(True for _ in ledger.pending(BRIDGE, REVISION))


def rotate(
    settings: Settings,
    spark: "SparkSession",
    kind: Kind,
    name: str,
    *,
    lake: objects.Lake | None = None,
    ledger: Ledger | None = None,
    say: Callable[[str], None] = lambda phase: None,  # noqa: ARG005
) -> dict[str, int]:
    """Give everybody another pid, or finish doing so after a kill.

    Args:
        settings: Where this installation keeps the pool's keys.
        spark: The session.
        kind: ``pool`` adds a random pool key for good; ``compromised`` uses one that is thrown away.
        name: The new pool epoch, or the source epoch that replaces the leaked one.
        lake: The lake; the pool's bucket unless given.
        ledger: The receipts; those of the pool unless given.
        say: Told each phase as it is done.

    Raises:
        UsageError: Another rotation is open, this one is done, or the name is none.
        IntegrityError: A table holds a pid that the spine does not know.
    """
    place = lake or objects.bucket(settings)
    _require(settings, place.objects, kind, name)
    now = rotation.begin(place.objects, kind, name)
    book = (ledger or _receipts(settings)) if kind == "compromised" else None
    used = list(book.pending(BRIDGE, REVISION)) if book else []
    pool = rekey.pool(settings)
    path = _fresh_key(settings, now)
    before = Pool(pool.key_file, pool.epoch, tuple(later for later in pool.then if later.epoch != name))
    work = rotation.Work(spark, place, contracts.load(settings.contracts), before, Pool(str(path), name))
    counts = rewrite.run(work, now, settle=lambda: _settle(settings, now, path), say=say)
    if book:
        _decide(book, used)
    return counts


def following(settings: Settings) -> str:
    """The name of the next pool epoch: ``p02`` after ``e01``."""
    match = re.search(r"[0-9]+$", rekey.epochs(settings)[-1])
    if match is None:
        raise UsageError("What follows the pool's epoch is not known.", "Give --epoch.")
    return f"p{int(match[0]) + 1:0{len(match[0])}d}"


def _require(settings: Settings, place: objects.Objects, kind: Kind, name: str) -> None:
    """A name that may be rotated to: a pool epoch is new, a source epoch replaces a leaked one; or it was cut off."""
    rotation.require_name(name)
    last = rotation.state(place)
    if last and (last.kind, last.name) == (kind, name):
        return  # cut off, or done: begin says which
    if kind == "pool" and (name in rekey.epochs(settings) or rekey.key_file(settings, name).exists()):
        raise UsageError(f"The pool epoch {name} has been.", f"The next one is {following(settings)}.")
    if kind == "compromised" and name not in registry.unrotated(settings):
        raise UsageError(
            f"Epoch {name} does not replace a leaked one.", "First: khlang keys rotate --compromised, keys publish."
        )


def _fresh_key(settings: Settings, now: rotation.State) -> Path:
    """The key that pids are redrawn with: made once, so that a run after a kill goes on with the same one."""
    kept = rekey.key_file(settings, now.name)
    path = kept if now.kind == "pool" else settings.secrets / f"rotation-{now.number}.key"
    if not path.exists():
        private.write(path, secrets.token_hex(32) + "\n")
    return path


def _settle(settings: Settings, now: rotation.State, path: Path) -> None:
    """Put the new pool key in use, or throw the one-way key away and let the new source epoch in."""
    if now.kind == "pool":
        listed = rekey.epochs(settings)
        if now.name not in listed:
            private.write(settings.secrets / "pool-epochs.json", json.dumps([*listed, now.name]) + "\n")
        return
    path.unlink(missing_ok=True)
    done = settings.registry / "rotated.json"
    names: list[str] = json.loads(done.read_text(encoding="utf-8")) if done.exists() else []
    private.write(done, json.dumps(sorted({*names, now.name})) + "\n", mode=0o644)


def _decide(book: Ledger, works: "list[Work]") -> None:
    """Tell each bridge's agency that it was used; not for how many persons: that would answer who is in the pool."""
    for work in works:
        decision = Decision.of(work, REVISION)
        decision.verdict = "withdrawn" if work.withdrawn else "bridged"
        decision.rows_in = decision.rows_curated = work.rows
        book.decide(decision)


def _receipts(settings: Settings) -> Ledger:
    from khlang.curation.receipts import Receipts

    return Receipts(settings)
