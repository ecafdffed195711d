"""Data Docs for officials: what each gate judged, in Thai, readable offline; counts and limits, never a value.

GX's own Data Docs fetch their style and script from outside hosts. These pages are made from GX's results; what GX
answered stands beside each page as JSON.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from khlang.contracts import Rule, Table, rules
from khlang.gates import history
from khlang.gates.verdict import Verdict

_TEMPLATES = Path(__file__).with_name("templates")


def write(folder: Path, table: Table, decision: Mapping[str, Any], verdict: Verdict) -> Path:
    """Write the page and the results of one decision, and the index of all.

    Args:
        folder: Where the pages lie, ``<var>/docs/gates``.
        table: The dataset's contract.
        decision: The curated receipt's content.
        verdict: The gate's answer.

    Returns:
        The page.
    """
    home = folder / table.name
    home.mkdir(parents=True, exist_ok=True)
    stem = f"{decision['period']}-{decision['sequence']:06d}"
    results = {"decision": _kept(decision), "declared": verdict.declared, "results": list(verdict.results)}
    results |= {"trends": (decision.get("metrics") or {}).get("trends", {})}
    (home / f"{stem}.json").write_text(json.dumps(results, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
    page = home / f"{stem}.html"
    rows = [_row(rule, verdict) for rule in rules(table)]
    page.write_text(
        _render("page.html.jinja", table=table, decision=decision, verdict=verdict, rows=rows), encoding="utf-8"
    )
    history.write(home, table)
    write_index(folder)
    return page


def write_index(folder: Path) -> None:
    """Write the list of all pages, newest period first, from the results beside them."""
    found = [(path, json.loads(path.read_text(encoding="utf-8"))["decision"]) for path in folder.glob("*/*.json")]
    entries = [{"href": f"{p.parent.name}/{p.stem}.html", **decision} for p, decision in found]
    entries.sort(key=lambda entry: (entry["period"], entry["dataset"], entry["sequence"]), reverse=True)
    datasets = sorted(page.parent.name for page in folder.glob(f"*/{history.PAGE}"))
    (folder / "index.html").write_text(
        _render("index.html.jinja", entries=entries, datasets=datasets), encoding="utf-8"
    )


def _kept(decision: Mapping[str, Any]) -> dict[str, Any]:
    names = ("agency", "dataset", "period", "submission", "sequence", "revision", "verdict", "rows_in", "rows_curated")
    return {name: decision[name] for name in (*names, "rows_quarantined", "rejects", "seconds")}


def _row(rule: Rule, verdict: Verdict) -> dict[str, Any]:
    result = next((one for one in verdict.results if one["rule_id"] == rule.id), None)
    failed = any(failure.rule_id.startswith(rule.id) and failure.code == rule.code for failure in verdict.failures)
    share = rule.metric.split("__")[0].endswith("_share")
    observed = None if result is None else result["observed"]
    return {
        "rule": rule,
        "state": "missing" if result is None else "failed" if failed and not result["success"] else "passed",
        "observed": _shown(observed, share=share),
        "limit": _shown(rule.limit, share=share),
    }


def _shown(value: object, *, share: bool) -> str:
    if not isinstance(value, int | float):
        return "–"
    return f"{value:.2%}" if share else f"{value:,.0f}"


def _render(name: str, **words: Any) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    return environment.get_template(name).render(**words)
