"""What the DAG files share: the index made from the contracts, the assets, and how a DAG runs.

A job prints one JSON document as its last line. Refusals are data in it, so the job ends well; its operator announces
what passed, and each refusal gets a red task of its own. A crash is tried again, a refusal never.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import Asset

Document = dict[str, Any]
INDEX: Document = json.loads((Path(__file__).parents[1] / "index.json").read_text(encoding="utf-8"))
DAG_DEFAULTS: Document = {
    "start_date": datetime(2026, 1, 1, tzinfo=UTC),
    "catchup": False,
    "max_active_runs": 1,
    "default_args": {
        "retries": 5,  # 5, 10, 20, 40, 80 s: a server that was killed is up again by then
        "retry_delay": timedelta(seconds=5),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(hours=6),
    },
}


def asset(layer: str, name: str) -> Asset:
    """The asset of one table in one layer: ``accepted``, ``curated``, ``common``, ``links`` or ``mart``."""
    return Asset(name=f"{layer}/{name}", uri=f"khlang://{layer}/{name}", group=layer)
