"""What a step does in a process of its own; each takes ``tell`` first, which hears how many rows are done."""

from pathlib import Path
from typing import Any

from khlang.agency import sending, submission
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.demo.volume import books, comparing
from khlang.demo.volume.comparing import Compared
from khlang.demo.volume.extract import DATASET, Extract, Plan, Tell, Truth

Side = tuple[Path, list[tuple[str, int]]]  # a sealed folder, and the files it was made of with their rows


def csv(tell: Tell, plan: Plan, file: Path, others: Path) -> tuple[Truth, dict[str, Path]]:
    """Write the extract and the month's other registers."""
    extract = Extract(plan)
    extract.write_csv(file, tell)
    return extract.truth(), extract.write_others(others)


def workbooks(tell: Tell, plan: Plan, folder: Path) -> list[tuple[str, int]]:
    """Write the same rows as workbooks."""
    return books.write(Extract(plan), folder, tell)


def seal(tell: Tell, home: Path, file: Path, period: str) -> dict[str, Any]:
    """Seal a file or folder as its official does."""
    made = submission.seal(Home(home), file, dataset=DATASET, period=period, tell=lambda _, rows, __: tell(rows))
    parts = made.manifest["parts"]
    told = {name: made.manifest[name] for name in ("agency", "submission", "rows", "canary_rows")}
    return told | {"folder": made.folder, "parts": len(parts), "bytes": sum(part["bytes"] for part in parts)}


def send(tell: Tell, home: Path, folder: Path, proxy: str, share: float) -> int:
    """Send through a proxy; ``share``: rows a byte. Gives how many parts were sent."""
    come: dict[str, int] = {}

    def told(part: str, come_to: int) -> None:
        come[part] = come_to
        tell(int(sum(come.values()) * share))

    here = Home(home)
    with Gateway(here, proxy=proxy) as gateway:
        return sending.send(here, folder, gateway=gateway, tell=told).parts_sent


def compare(tell: Tell, home: Path, identity: Path, one: Side, other: Side) -> Compared:
    """Hold the pseudonyms of two sealed folders against each other, each with the files it was made of."""
    here = Home(home)
    table = here.bundle().table(DATASET)
    secret = identity.read_text(encoding="ascii").strip()
    first, second = (comparing.opened(here, folder, table, secret, files) for folder, files in (one, other))
    tell(first.height)
    return comparing.compare(first, second, table)
