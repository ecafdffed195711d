"""What was built from what: why a second run writes nothing, and an interrupted one is finished.

Under ``<folder>/`` each build leaves an intent (``000001.json``: for each period the versions of its inputs and a
hash of the code) before it writes, and a mark (``000001-done.json``) after. The number is the build's Delta
transaction version. A run that finds an intent without a mark takes its number again when it means the same (Delta
then skips what was committed), and the next number when anything differs.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from khlang import store
from khlang.curation.objects import Objects
from khlang.errors import LeaseLostError
from khlang.lake import RECEIPTS
from khlang.settings import Settings

State = Mapping[str, Any]


@dataclass(frozen=True)
class ReceiptObjects:
    """Objects of the bucket ``receipts``, as the curate role; nothing there is ever deleted or overwritten."""

    s3: Any

    def put_new(self, key: str, body: bytes) -> bool:
        """Write an object only where there is none; False where there is one."""
        return store.put_new(self.s3, RECEIPTS, key, body)

    def get(self, key: str) -> bytes | None:
        """Read an object; None when there is none."""
        return store.get(self.s3, RECEIPTS, key)

    def keys(self, prefix: str) -> list[str]:
        """Keys under a folder, in order."""
        return list(store.list_keys(self.s3, RECEIPTS, prefix))


def bucket(settings: Settings) -> ReceiptObjects:
    """The pool's receipts, as the curate role."""
    return ReceiptObjects(store.client(settings, "curate"))


@dataclass(frozen=True)
class Records:
    """The builds of one table, in ``folder`` (such as ``_marts/welfare_eligibility_v1``)."""

    objects: "ReceiptObjects | Objects"
    folder: str

    def stale(self, wanted: Mapping[str, State]) -> dict[str, State]:
        """Those periods whose last finished build was not made from just this."""
        built = self.states()
        return {period: state for period, state in wanted.items() if built.get(period) != state}

    def states(self) -> dict[str, State]:
        """For every period what its last finished build was made from."""
        built: dict[str, State] = {}
        for periods in self.log():
            built |= periods
        return built

    def log(self) -> Iterator[dict[str, State]]:
        """What each finished build was made from, in order."""
        for number, done in sorted(self._numbers().items()):
            if done:
                yield self._intent(number)

    def cut_off(self) -> dict[str, State]:
        """What the last build was of, where a run was killed before its mark; whether Delta has it nobody knows."""
        numbers = self._numbers()
        last = max(numbers, default=0)
        return {} if not last or numbers[last] else self._intent(last)

    def begin(self, periods: Mapping[str, State]) -> int:
        """Leave the intent to build these periods.

        Returns:
            The build's number, for Delta's transaction version.

        Raises:
            LeaseLostError: Another run took the number: two builds of one table at once.
        """
        numbers = self._numbers()
        last = max(numbers, default=0)
        if last and not numbers[last] and self._intent(last) == dict(periods):
            return last
        body = json.dumps({"periods": periods}, sort_keys=True, indent=1).encode()
        if not self.objects.put_new(f"{self.folder}/{last + 1:06d}.json", body):
            raise LeaseLostError(f"Another run is building {self.folder}.", "Let it finish, then run again.")
        return last + 1

    def finish(self, number: int) -> None:
        """Mark a build as done."""
        self.objects.put_new(f"{self.folder}/{number:06d}-done.json", b"{}")

    def numbers(self) -> dict[str, int]:
        """For every period the number of its last finished build."""
        done = sorted(number for number, finished in self._numbers().items() if finished)
        return {period: number for number in done for period in self._intent(number)}

    def _numbers(self) -> dict[int, bool]:
        names = [key.rsplit("/", 1)[1].removesuffix(".json") for key in self.objects.keys(f"{self.folder}/")]
        done = {int(name.removesuffix("-done")) for name in names if name.endswith("-done")}
        return {int(name): int(name) in done for name in names if not name.endswith("-done")}

    def _intent(self, number: int) -> dict[str, State]:
        body = self.objects.get(f"{self.folder}/{number:06d}.json") or b"{}"
        periods: dict[str, State] = json.loads(body).get("periods", {})
        return periods
