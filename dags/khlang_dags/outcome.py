"""What a job's exit code and document tell: whether a second try helps, what was refused, what passed."""

from khlang_dags import Document

# Exit codes of khlang.errors which a second try cannot mend: usage, set-up, bad input, a closed gate, no right.
FINAL_EXITS = frozenset({2, 10, *range(20, 31), 50})


def refused(document: Document) -> list[Document]:
    """The decisions of a job that refuse a submission."""
    return [decision for decision in document["decisions"] if decision["verdict"] == "refused"]


def nothing(document: Document) -> None:
    """Of a job after which downstream needs no more than that it is done."""
    del document


def passed(document: Document) -> dict[str, Document]:
    """Per table that a job accepted, promoted, emptied or wrote: periods and submissions, for the event's extra."""
    events: dict[str, Document] = {}
    for decision in document["decisions"]:
        if decision["verdict"] in {"accepted", "promoted", "served", "withdrawn", "loaded", "written"}:
            extra = events.setdefault(decision["dataset"], {"periods": [], "submissions": []})
            extra["periods"] = sorted({*extra["periods"], decision["period"]})
            extra["submissions"] += [decision[key] for key in ("submission",) if key in decision]
    return events
