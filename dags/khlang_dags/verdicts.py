"""The tasks that show what was refused: one red task a submission, whatever became of the others."""

from collections.abc import Sequence

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from khlang_dags import Document


@task(trigger_rule="all_done")  # a job that crashed must not hide what another refused
def collect(decisions: Sequence[Sequence[Document]]) -> list[Document]:
    """One list of what several mapped jobs refused."""
    return [decision for part in decisions[:] for decision in part]


@task(retries=0, map_index_template="{{ submission }}")
def verdict(decision: Document) -> None:
    """Turn red for one refused submission, and say why: code, rule, column, count; never a value."""
    name = "/".join(decision[key] for key in ("agency", "dataset", "period", "submission") if key in decision)
    get_current_context()["submission"] = name  # type: ignore[typeddict-unknown-key]
    parts = ("code", "rule_id", "column", "count", "message_en")
    failures = decision.get("failures") or [decision]
    reasons = "; ".join(" ".join(str(failure[part]) for part in parts if failure.get(part)) for failure in failures)
    raise AirflowFailException(f"{name} refused: {reasons}")
