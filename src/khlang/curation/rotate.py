"""Rotations of the pool's own lake: where the new keys lie, and when they come into use."""

import json
import secrets
from typing import TYPE_CHECKING

from khlang import contracts, private
from khlang.curation import bridge, objects, rekey, rewrite, rotation
from khlang.curation.rekey import Pool
from khlang.curation.rotation import Kind
from khlang.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def bridges(settings: Settings, spark: "SparkSession", *, lake: objects.Lake | None = None) -> dict[str, int]:
    """Write the aliases of all accepted bridges; repeated, it changes nothing."""
    place = lake or objects.bucket(settings)
    rotation.require_rest(place.objects)
    return bridge.apply(spark, place, rekey.pool(settings), contracts.load(settings.contracts))


def rotate(
    settings: Settings, spark: "SparkSession", kind: Kind, name: str, *, lake: objects.Lake | None = None
) -> dict[str, int]:
    """Give everybody another pid, or finish doing so after a kill.

    Args:
        settings: Where this installation keeps the pool's keys.
        spark: The session.
        kind: ``pool`` adds a random pool key for good; ``compromised`` uses one that is thrown away.
        name: The new pool epoch, or the source epoch that replaces the leaked one.
        lake: The lake; the pool's bucket unless given.

    Raises:
        UsageError: Another rotation is open, or this one is done.
        IntegrityError: A table holds a pid that the spine does not know.
    """
    place = lake or objects.bucket(settings)
    now = rotation.begin(place.objects, kind, name)
    pool = rekey.pool(settings)
    kept = rekey.key_file(settings, name)
    path = kept if kind == "pool" else settings.secrets / f"rotation-{now.number}.key"
    if not path.exists():
        private.write(path, secrets.token_hex(32) + "\n")
    fresh = Pool(str(path), name)
    listed = [pool.epoch, *(later.epoch for later in pool.then)]

    def settle() -> None:
        if kind == "compromised":
            path.unlink(missing_ok=True)
        elif name not in listed:
            private.write(settings.secrets / "pool-epochs.json", json.dumps([*listed, name]) + "\n")

    before = Pool(pool.key_file, pool.epoch, tuple(later for later in pool.then if later.epoch != name))
    work = rotation.Work(spark, place, contracts.load(settings.contracts), before, fresh)
    return rewrite.run(work, now, settle=settle, say=lambda _: None)
