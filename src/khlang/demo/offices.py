"""What the agencies' offices do each month: find the extract, seal it, send it."""

from collections.abc import Callable, Container, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from khlang.agency import approval, sending, submission
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.agency.reading import ReadOptions
from khlang.errors import InputError
from khlang.lake import Submission
from khlang.settings import Settings

Say = Callable[[str], None]
PARALLEL = 2
ANSWERED = frozenset({"SAME-AS-LAST-MONTH"})  # in a small country a register can stay as it was


@dataclass(frozen=True)
class Extract:
    """One month's file of one dataset at one agency."""

    agency: str
    dataset: str
    period: str
    file: Path


@dataclass(frozen=True)
class Sealed:
    """An extract and what came of sealing it; ``rows`` without canaries."""

    extract: Extract
    folder: Path
    submission: Submission
    rows: int


def extracts(settings: Settings, periods: Iterable[str], datasets: Container[str]) -> list[Extract]:
    """The extracts of these periods and datasets, by agency, dataset and period.

    Raises:
        InputError: There is none.
    """
    wanted = set(periods)
    files = sorted(settings.outside.glob("agencies/*/extracts/*/*/*"))
    found = [Extract(path.parts[-5], path.parts[-3], path.parts[-2], path) for path in files]
    found = [extract for extract in found if extract.period in wanted and extract.dataset in datasets]
    if not found:
        raise InputError("No agency has an extract.", "Run: khlang simulate")
    return found


def seal(settings: Settings, extracts: list[Extract], say: Say) -> list[Sealed]:
    """Seal all; what was sealed before with the same content is found again."""
    done = 0

    def one(extract: Extract) -> Sealed:
        nonlocal done
        home = Home(settings.agency(extract.agency))
        made = submission.seal(
            home, extract.file, dataset=extract.dataset, period=extract.period, options=ReadOptions(accept=ANSWERED)
        )
        if made.pending:
            approval.approve(home, made.folder, name="the demo's second person", role="ผู้อำนวยการ")
        done += 1
        say(f"{done} of {len(extracts)}, {extract.agency}/{extract.dataset} {extract.period}")
        whole = Submission(extract.agency, extract.dataset, extract.period, made.manifest["submission"])
        return Sealed(extract, made.folder, whole, made.manifest["rows"])

    with ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(one, extracts))


def send(settings: Settings, sealed: list[Sealed], say: Say) -> dict[Submission, str]:
    """Send all through the gateway.

    Returns:
        For each submission its receipt's id: the same one when it was sent before.
    """
    with ExitStack() as stack:
        homes = {name: Home(settings.agency(name)) for name in {one.extract.agency for one in sealed}}
        gateways = {name: stack.enter_context(Gateway(home)) for name, home in homes.items()}

        def one(item: Sealed) -> tuple[Submission, str]:
            name = item.extract.agency
            sent = sending.send(homes[name], item.folder, gateway=gateways[name])
            say(f"{name}/{item.extract.dataset} {item.extract.period}")
            return item.submission, str(sent.receipt["receipt_id"])

        with ThreadPoolExecutor(PARALLEL) as pool:
            return dict(pool.map(one, sealed))
