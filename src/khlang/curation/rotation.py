"""Where a rotation stands: which one was the last, whether it is open, and what one works on.

While one is open nobody reads or writes pids; how often they were changed tells what was built from other ones.
"""

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from khlang.contracts import Contracts
from khlang.curation.objects import Lake, Objects
from khlang.curation.rekey import Pool
from khlang.errors import ServiceError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Kind = Literal["pool", "compromised"]
FOLDER = "spine/_rotation"
_STATE = f"{FOLDER}/state.json"


@dataclass(frozen=True)
class State:
    """The last rotation: ``name`` is the new pool epoch, or the source epoch whose predecessor was compromised."""

    number: int
    kind: Kind
    name: str
    open: bool


def state(objects: Objects) -> State | None:
    """The last rotation of a lake; None where there never was one."""
    body = objects.get(_STATE)
    return State(**json.loads(body)) if body else None


def require_rest(objects: Objects) -> None:
    """Refuse to read or write pids while they are being changed.

    Raises:
        ServiceError: A rotation is under way, or was cut off.
    """
    last = state(objects)
    if last and last.open:
        raise ServiceError(
            "A rotation is under way.", "Let it finish, or run it again: khlang pool rotate", code="ROTATION"
        )


def require_name(name: str) -> None:
    """Refuse what is no epoch's name: it becomes part of a file's name and of every pseudonym.

    Raises:
        UsageError: It is none.
    """
    if not re.fullmatch(r"[a-z0-9]{1,16}", name):
        raise UsageError("This is no name of an epoch.", "Letters a-z and digits, at most 16, such as p02.")


def begin(objects: Objects, kind: Kind, name: str) -> State:
    """Open a rotation, or find the one that was cut off.

    Raises:
        UsageError: Another one is open, or this one is done.
    """
    last = state(objects)
    if last and (last.kind, last.name) == (kind, name):
        if not last.open:
            raise UsageError(f"The rotation to {name} is done.", "There is nothing to do.")
        return last
    if last and last.open:
        raise UsageError(f"The rotation to {last.name} is not finished.", "Finish that one first.")
    begun = State(last.number + 1 if last else 1, kind, name, open=True)
    write(objects, begun)
    return begun


def generation(objects: Objects) -> int:
    """How often pids were changed: what was built from other pids is stale."""
    last = state(objects)
    return last.number if last else 0


@dataclass(frozen=True)
class Work:
    """What a rotation works on; ``pool`` holds the present keys, ``fresh`` the new one (thrown away or to be kept)."""

    spark: "SparkSession"
    place: Lake
    tables: Contracts
    pool: Pool
    fresh: Pool


def write(objects: Objects, what: State) -> None:
    """Note where it stands."""
    said: dict[str, Any] = asdict(what)
    objects.put(_STATE, json.dumps(said).encode())
