"""What is told of a domain beside its notebook: question, owner, extracts and their gates, marts, figures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from khlang.contracts import Contracts, Table
from khlang.release.threshold import protect
from khlang.serve import client
from khlang.serve.told import Told, Words

if TYPE_CHECKING:
    from trino.dbapi import Connection

Document = dict[str, Any]
#: Of the last judgement of each dataset and month: how many rules were judged and how many were met.
GATES = """
SELECT dataset, count(*) AS rules, count_if(is_met) AS met
FROM (SELECT *, max(sequence) OVER (PARTITION BY dataset, period) AS last FROM gate_metrics)
WHERE sequence = last GROUP BY dataset ORDER BY dataset
"""


def gates(connection: "Connection") -> dict[str, Mapping[str, int]]:
    """Rules judged and met by dataset, over all months.

    Args:
        connection: Of an engineer, schema ``ops``.
    """
    return {row["dataset"]: {"rules": row["rules"], "met": row["met"]} for row in client.ask(connection, GATES).dicts()}


def of(report: Document, told: Told, contracts: Contracts, judged: Mapping[str, Mapping[str, int]]) -> Document:
    """Everything about one domain that stands in its page and in the overview (pure).

    Args:
        report: ``report.json`` of the demo.
        told: The domain's answer.
        contracts: Who owns what, and what the marts read.
        judged: What ``gates`` gave.
    """
    marts = [table for table in contracts.marts if table.domain == told.domain]
    inputs = sorted({name for mart in marts for name in mart.inputs})
    plan = report["plan"]
    return {
        "demo": {name: plan[name] for name in ("people", "seed", "periods")},
        "question": _words(told.question),
        "owners": sorted({mart.owner_th for mart in marts}),
        "also_reads": [name for name in inputs if contracts[name].domain != told.domain],
        "cards": [{"value": card.value} | _words(card.words) for card in told.cards],
        "note": _words(told.note),
        "picture": _words(told.picture),
        "extracts": _extracts(report, told.domain, contracts, judged),
        "outcomes": [row for row in report["outcomes"] if row["domain"] == told.domain],
        "marts": [_mart(row, contracts[row["name"]]) for row in report["marts"] if row["domain"] == told.domain],
    }


def _extracts(
    report: Document, domain: str, contracts: Contracts, judged: Mapping[str, Mapping[str, int]]
) -> list[Document]:
    sent: dict[str, list[Document]] = defaultdict(list)
    for row in report["extracts"]:
        if contracts[row["dataset"]].domain == domain:
            sent[row["dataset"]].append(row)
    links: dict[str, list[Document]] = defaultdict(list)
    for row in report["link_rates"]:
        links[row["dataset"]].append(row)
    none = {"rules": 0, "met": 0}  # landing refused it: no gate has seen it
    return [_extract(contracts[name], rows, judged.get(name, none), links[name]) for name, rows in sorted(sent.items())]


def _extract(table: Table, rows: Sequence[Document], judged: Mapping[str, int], links: Sequence[Document]) -> Document:
    taken = sum(row["rows_curated"] or 0 for row in rows)
    persons = sum(row["persons"] or 0 for row in links)
    return {
        "dataset": table.name,
        "title": table.title_th,
        "owner": table.owner_th,
        "months": len(rows),
        "rows": sum(row["rows"] for row in rows),
        "not_taken": sum(row["rows"] for row in rows) - taken,
        "refused_extracts": sum(row["verdict"] != "promoted" for row in rows),
        **judged,
        "link_rate": round(sum(row["persons_linked"] or 0 for row in links) / persons, 4) if persons else None,
    }


def _mart(row: Document, table: Table) -> Document:
    """A mart and its sums of the last month, beside the same sums of the population."""
    last = max((gap["period"] for gap in row["gaps"]), default="")
    figures = [
        {"figure": gap["figure"], "mart": protect(gap["mart"]).value, "population": protect(gap["population"]).value}
        for gap in row["gaps"]
        if gap["period"] == last
    ]
    shown = {"title": table.title_th, "question": table.description_en, "period": last, "figures": figures}
    return {name: row[name] for name in ("name", "rows", "equals_truth")} | shown


def _words(words: Words) -> dict[str, str]:
    return {"th": words.th, "en": words.en}
