"""What a submission says of itself: canonical JSON, signed, with an id made of its content.

Neutral: the agency builds with it, the gateway and land check with it. Nothing here reads the clock.
"""

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import jsonschema
import rfc8785

from khlang import signatures
from khlang.errors import ContractError, IntegrityError

VERSION = "1"
SCHEMA_FILE = Path(__file__).with_name("manifest.schema.json")
BRIDGE = "bridge"  # the dataset of pairs that keep links through a new source epoch; it has no contract
BRIDGE_VERSION = "1.0.0"
BRIDGE_COLUMNS = ("s_old", "s_new")
MAX_PART_BYTES = 128 * 1024 * 1024  # of an encrypted part


class Part(TypedDict):
    """One encrypted file of a submission; hashes are hex SHA-256, outer of the age file, inner of its Parquet."""

    name: str
    rows: int
    bytes: int
    sha256: str
    inner_sha256: str


class Link(TypedDict):
    """The sealed link file of a submission: comparison keys beside row numbers, opened in a linkage job only."""

    epoch: str
    kcv: str
    recipes: list[str]
    parts: list[Part]


class Approval(TypedDict):
    """The approver's own signature (:mod:`khlang.approver`), both hex."""

    key: str
    signature: str


class Manifest(TypedDict):
    """The published form; ``manifest.schema.json`` says what each field means."""

    manifest_version: str
    submission: str
    agency: str
    dataset: str
    period: str
    contract: dict[str, str]
    profile: dict[str, str]
    rows: int
    canary_rows: int
    pid_reasons: dict[str, dict[str, int]]
    content_sha256: str
    parts: list[Part]
    tool_version: str
    agreement: str
    letter: str
    legal_basis: str
    retention_days: int
    preparer: str
    approver: str
    supersedes: str | None
    link: NotRequired[Link]
    approval: NotRequired[Approval]


@functools.cache
def schema() -> dict[str, Any]:
    """The published JSON Schema."""
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return loaded


def content_sha256(parts: Sequence[Part]) -> str:
    """The hash of the content: of the parts' inner hashes as hex text, in order."""
    return hashlib.sha256("".join(part["inner_sha256"] for part in parts).encode("ascii")).hexdigest()


def submission_id(agency: str, dataset: str, period: str, content: str) -> str:
    """The id of one content of one dataset and period: the same content sent twice is one submission."""
    return hashlib.sha256("\0".join((agency, dataset, period, content)).encode()).hexdigest()[:32]


def part_name(number: int, sha256: str, kind: str = "part") -> str:
    """The object name of a part: its number from 1, and the beginning of its outer hash; ``link`` for link files."""
    return f"{kind}-{number:04d}-{sha256[:8]}.age"


def files(made: Manifest) -> list[Part]:
    """Every encrypted file of a submission: its parts, then those of its link file."""
    return [*made["parts"], *link_parts(made)]


def link_parts(made: Manifest) -> list[Part]:
    """The parts of its link file; none where it has no such file."""
    return made["link"]["parts"] if "link" in made else []


def file_names(supersedes: str | None) -> tuple[str, str]:
    """Names of manifest and signature; a content that comes back stands beside its first manifest."""
    stem = f"manifest-{supersedes[:12]}" if supersedes else "manifest"
    return f"{stem}.json", f"{stem}.sig"


def build(
    *,
    agency: str,
    dataset: str,
    period: str,
    contract: Mapping[str, str],
    profile: Mapping[str, str],
    rows: int,
    canary_rows: int,
    pid_reasons: Mapping[str, Mapping[str, int]],
    parts: Sequence[Part],
    tool_version: str,
    papers: Mapping[str, Any],
    supersedes: str | None = None,
    link: Link | None = None,
) -> Manifest:
    """Put a manifest together and check it.

    Args:
        agency: Its id.
        dataset: Its name in the contract.
        period: ``YYYY-MM``, Gregorian.
        contract: ``id`` and ``version``.
        profile: ``id``, ``sha256``, ``epoch`` and ``kcv``.
        rows: Data rows, without canaries.
        canary_rows: Rows that the authority's canaries added.
        pid_reasons: For each sealed column, data rows without a pseudonym by reason.
        parts: In order.
        tool_version: Of this package.
        papers: ``agreement``, ``letter``, ``legal_basis``, ``retention_days``, ``preparer``, ``approver``.
        supersedes: The accepted submission that this earlier content replaces.
        link: Its link file, where the contract has a second route.

    Raises:
        ContractError: A field is not as the schema says.
    """
    content = content_sha256([*parts, *(link["parts"] if link else ())])
    made: dict[str, Any] = {
        "manifest_version": VERSION,
        "submission": submission_id(agency, dataset, period, content),
        "agency": agency,
        "dataset": dataset,
        "period": period,
        "contract": dict(contract),
        "profile": dict(profile),
        "rows": rows,
        "canary_rows": canary_rows,
        "pid_reasons": {column: dict(counts) for column, counts in pid_reasons.items()},
        "content_sha256": content,
        "parts": list(parts),
        "tool_version": tool_version,
        **papers,
        "supersedes": supersedes,
    }
    if link is not None:
        made["link"] = link
    return check(made)


def check(manifest: Any) -> Manifest:
    """Hold a decoded manifest against the schema and against itself.

    Raises:
        ContractError: A field is missing, unknown or malformed.
        IntegrityError: Its content hash, id or row count does not follow from its parts.
    """
    validator = jsonschema.Draft202012Validator(schema())
    faults = sorted({f"{fault.json_path} ({fault.validator})" for fault in validator.iter_errors(manifest)})
    if faults:
        raise ContractError(
            f"The manifest is not as its schema says: {', '.join(faults[:5])}.",
            "Seal again with the current tool.",
            code="MANIFEST-SCHEMA",
        )
    made: Manifest = manifest
    content = content_sha256(files(made))
    identity = submission_id(made["agency"], made["dataset"], made["period"], content)
    if (content, identity) != (made["content_sha256"], made["submission"]):
        raise IntegrityError("The submission id does not follow from the content.", "Seal again.", code="MANIFEST-ID")
    if sum(part["rows"] for part in made["parts"]) != made["rows"] + made["canary_rows"]:
        raise IntegrityError("The rows of the parts do not add up.", "Seal again.", code="MANIFEST-ROWS")
    return made


def approved_by_another(made: Manifest) -> bool:
    """Whether the manifest names an approver, and another role than the preparer's."""
    preparer, approver = (made[name].strip().casefold() for name in ("preparer", "approver"))
    return bool(approver) and approver != preparer


def parse(data: bytes) -> Manifest:
    """Read and check a manifest from its bytes.

    Raises:
        ContractError: It is no JSON, not canonical, or not as the schema says.
        IntegrityError: It contradicts itself.
    """
    try:
        decoded = json.loads(data)
        same = isinstance(decoded, dict) and signatures.canonical(decoded) == data
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        same = False
    if not same:
        raise ContractError("The manifest is no canonical JSON (RFC 8785).", "Seal again.", code="MANIFEST-CANONICAL")
    return check(decoded)
