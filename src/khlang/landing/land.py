"""Land: verify each request, open it, accept or refuse it, and write the decision. Can be killed and run again.

The accepted copy is written before the claim, the claim before the decision; each of them can be repeated.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from khlang import contracts as contracts_
from khlang import lake, manifest, private, store
from khlang import period as period_
from khlang.errors import ContractError, KhlangError, ServiceError, SetupError
from khlang.landing import bridges, checks, envelope, headers, ledger, opening, refusal, registry, waiting, withdrawal
from khlang.landing.envelope import Known
from khlang.landing.waiting import Request
from khlang.manifest import Manifest
from khlang.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: What stops the run instead of refusing a submission: the fault is ours, not the agency's.
OURS = (ServiceError, SetupError)


@dataclass(frozen=True)
class Hall:
    """Where land works: the settings, the store as the role ``land``, what is known of contracts and profile."""

    settings: Settings
    s3: "S3Client"
    contracts: contracts_.Contracts
    today: Callable[[], date] = period_.today

    def known(self, agency: str) -> Known:
        """What an agency's submissions are held against.

        Raises:
            ContractError: The agency is not enrolled (any more).
        """
        entry = registry.agencies(self.settings).get(agency)
        if entry is None:
            raise refusal.refusal(
                ContractError,
                "AGENCY",
                th="หน่วยงานนี้ไม่อยู่ในทะเบียน",
                en="This agency is not enrolled.",
                remedy="ติดต่อคลังกลาง / Ask the pool.",
            )
        months = frozenset(registry.recipients(self.settings))
        epochs, current = registry.epochs(self.settings), registry.current(self.settings)
        return Known(entry, self.contracts, epochs, current, months, self.today())

    def identity(self, period: str) -> str:
        """The month's secret, which only land reads."""
        path = self.settings.secrets / "month" / f"{period}.identity"
        return private.read_text(path, "The month's identity", "Was it destroyed at the window's end?")


def hall(settings: Settings) -> Hall:
    """Open the hall of one installation."""
    return Hall(settings, store.client(settings, "land"), contracts_.load(settings.contracts))


def batches(where: Hall) -> list[dict[str, Any]]:
    """What waits, by dataset: one process lands all of a dataset."""
    found: dict[str, list[lake.Submission]] = {}
    for request in _waiting(where):
        found.setdefault(request.submission.dataset, []).append(request.submission)
    for place in waiting.pending_withdrawals(where.s3):
        found.setdefault(place.dataset, []).append(place)
    return [{"dataset": dataset, "pending": len(requests)} for dataset, requests in sorted(found.items())]


def land(where: Hall, dataset: str) -> list[ledger.Decision]:
    """Settle what was withdrawn of one dataset, then decide on all that waits, in order of receipt.

    Bridges come first, whatever the dataset: who comes in under a new epoch before its bridge stays two persons.
    """
    withdrawn = [place for place in waiting.pending_withdrawals(where.s3) if place.dataset == dataset]
    settled = [one for place in withdrawn for one in withdrawal.settle(where.s3, where.contracts, place)]
    requests = _waiting(where)
    first = [] if dataset == manifest.BRIDGE else [r for r in requests if r.submission.dataset == manifest.BRIDGE]
    own = [request for request in requests if request.submission.dataset == dataset]
    return settled + [decide(where, request) for request in (*first, *own)]


def _waiting(where: Hall) -> list[Request]:
    requests = waiting.pending_for_land(where.s3)
    return [request for request in requests if not bridges.held(where.s3, where.settings, request)]


def decide(where: Hall, request: Request) -> ledger.Decision:
    """Accept or refuse one request.

    Raises:
        ServiceError: The store does not answer; nothing is decided, run again.
        SetupError: The pool's own registry or identities are incomplete.
    """
    place = request.submission
    decision: ledger.Decision = {**place.named, "manifest": request.stem}
    try:
        withdrawal.require_standing(where.s3, place)
        accepted = decision | _accept(where, request)
    except OURS:
        raise
    except KhlangError as error:
        _forget(where, place)
        decision |= {"verdict": "refused", "sequence": None, **refusal.as_dict(error)}
        return ledger.write_decision(where.s3, place, ledger.refused_stage(request.stem), decision)
    stage = f"landed-{accepted['sequence']:06d}"
    return ledger.write_decision(where.s3, place, stage, accepted)


def _accept(where: Hall, request: Request) -> dict[str, Any]:
    place = request.submission
    data = store.get(where.s3, lake.LANDING, request.manifest_key) or b""
    signature = (store.get(where.s3, lake.LANDING, request.signature_key) or b"").decode("ascii", "replace")
    known = where.known(place.agency)
    registry.require_open(where.settings, place.period)
    made, table = envelope.read(data, signature, place, known)
    _order(where, request, made)
    _copy(where, place, made, table)
    sequence = ledger.claim(where.s3, place, made["supersedes"])
    return {
        "verdict": "accepted",
        "code": "ACCEPTED",
        "message_th": "รับเข้าคลังแล้ว",
        "message_en": "Accepted.",
        "remedy": "",
        "sequence": sequence,
        "rows": made["rows"],
        "canary_rows": made["canary_rows"],
        "columns": [column.name for column in table.columns] if table else list(manifest.BRIDGE_COLUMNS),
        "contract_version": made["contract"]["version"],
        "epoch": made["profile"]["epoch"],
        "pid_reasons": made["pid_reasons"],
        "link_parts": len(manifest.link_parts(made)),
        "supersedes": made["supersedes"],
        "manifest_sha256": store.sha256_of(data).hex(),
        "code_version": _code_version(),
    }


def _order(where: Hall, request: Request, made: Manifest) -> None:
    place = request.submission
    if request.base != manifest.file_names(made["supersedes"])[0].removesuffix(".json"):
        raise checks.earlier(made["supersedes"])
    claims = ledger.claims(where.s3, place.dataset, place.period)
    if any((claim.submission, claim.supersedes) == (place.id, made["supersedes"]) for claim in claims):
        return  # this very request, interrupted after its claim, or decided by another process just now
    current = claims[-1].submission if claims else None
    before = any(claim.submission == place.id for claim in claims)
    if (made["supersedes"] is None and before) or made["supersedes"] not in {None, current}:
        raise checks.earlier(current)


def _copy(where: Hall, place: lake.Submission, made: Manifest, table: contracts_.Table | None) -> None:
    """Write the opened rows without canaries, part by part; names are numbers, so that a rerun writes over them.

    The manifest's own sums were held already: where every part's rows and the canaries are right, so is ``rows``.
    """
    identity = where.identity(place.period)
    content = _content(where, place, made, table)
    folder = place.accepted.removeprefix(f"s3://{lake.LAKE}/")
    for number, part in enumerate(made["parts"], start=1):
        sealed = headers.whole(where.s3, place, part["name"])
        opened = envelope.inner(part, sealed, identity)
        kept = content.take_out(part, opened)
        buffer = io.BytesIO()
        kept.write_parquet(buffer, compression="zstd", statistics=False)
        store.put(where.s3, lake.LAKE, f"{folder}/part-{number:04d}.parquet", buffer.getvalue())
    content.check(made)


def _content(
    where: Hall, place: lake.Submission, made: Manifest, table: contracts_.Table | None
) -> opening.Content | bridges.Pairs:
    epochs = registry.epochs(where.settings)
    if table is None:
        return bridges.Pairs.of(where.settings, made, epochs)
    epoch = epochs[made["profile"]["epoch"]]
    expected = registry.canaries(where.settings, place.agency, epoch.name).get(place.dataset, {})
    if unknown := sorted({column.name for column in table.identifiers} - set(expected)):
        raise SetupError(
            f"The registry has no canaries of {table.name}: {', '.join(unknown)}.",
            "Run `khlang keys publish` with the contracts that the pool has, and give the agency its new bundle.",
            code="CANARY-UNKNOWN",
        )
    return opening.Content(table, epoch, opening.Canaries(expected))


def _forget(where: Hall, place: lake.Submission) -> None:
    """Take away the copy of what is refused, unless the same content was accepted before."""
    claims = ledger.claims(where.s3, place.dataset, place.period)
    if not any(claim.submission == place.id for claim in claims):
        store.delete_prefix(where.s3, lake.LAKE, place.accepted.removeprefix(f"s3://{lake.LAKE}/") + "/")


def _code_version() -> str:
    import khlang

    return khlang.__version__
