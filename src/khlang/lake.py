"""The one door to storage: every bucket, key and table location is computed here from what it is.

Layers of ``s3://lake``: accepted (opened submissions), staging, curated, spine, links (of the
second route), quarantine, marts, history, projects, ops, common.
"""

from dataclasses import dataclass
from typing import Literal

LANDING, LAKE, RECEIPTS = "landing", "lake", "receipts"
AUDIT = "audit"  # every query that was asked, an object an entry
TABLE_PROPERTIES = {"delta.enableDeletionVectors": "false"}  # Trino 476 reads them wrongly in open cases
SCRATCH = "scratch"  # projects' own tables, a folder a project
HEADERS = "headers"  # the age header of each part, which alone holds its key: deleted, nobody opens the part
Layer = Literal[
    "accepted", "staging", "curated", "spine", "links", "quarantine", "marts", "history", "projects", "ops", "common"
]


@dataclass(frozen=True, order=True)
class Submission:
    """One content of one dataset for one period from one agency; ``id`` as in the manifest."""

    agency: str
    dataset: str
    period: str
    id: str

    @property
    def prefix(self) -> str:
        """``<agency>/<dataset>/<period>/<submission>``: its folder in landing and in receipts."""
        return f"{self.agency}/{self.dataset}/{self.period}/{self.id}"

    @property
    def named(self) -> dict[str, str]:
        """Its four names as manifests, receipts and decisions write them."""
        return {"agency": self.agency, "dataset": self.dataset, "period": self.period, "submission": self.id}

    def beside(self, submission: str) -> "Submission":
        """Another submission of the same agency, dataset and period."""
        return Submission(self.agency, self.dataset, self.period, submission)

    def landing_key(self, name: str) -> str:
        """Key in the bucket ``landing`` of a part, ``manifest.json`` or ``manifest.sig``."""
        return f"{self.prefix}/{name}"

    def receipt_key(self, stage: str) -> str:
        """Key in the bucket ``receipts`` of what one stage (``landed-000001``, ``curated-000001``) decided."""
        return f"{self.prefix}/{stage}.json"

    @property
    def accepted(self) -> str:
        """Location of the opened copy (Parquet), readable by land and curate only."""
        return f"s3://{LAKE}/accepted/{self.prefix}"

    def staging(self, version: int) -> str:
        """Location of its staged rows (Parquet), one folder a submission."""
        return f"s3://{LAKE}/staging/{self.dataset}_v{version}/{self.id}"

    @classmethod
    def parse(cls, key: str) -> "Submission":
        """The submission whose object has this key.

        Raises:
            ValueError: The key has fewer than four folders.
        """
        agency, dataset, period, submission = key.split("/")[:4]
        return cls(agency, dataset, period, submission)


def table(layer: Layer, dataset: str, version: int, *, project: str = "") -> str:
    """Location of a Delta table, ``s3://lake/<layer>[/<project>]/<dataset>_v<version>``."""
    folder = f"{layer}/{project}" if project else layer
    return f"s3://{LAKE}/{folder}/{dataset}_v{version}"


def scratch(project: str) -> str:
    """Location of a project's own tables."""
    return f"s3://{SCRATCH}/{project}"
