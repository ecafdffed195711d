"""What a receipt says, put into words: one page model that text, HTML and PDF are made of. Pure.

No value of any row is in a receipt, so none can be on a page. Rows are named by the office's own file and row where
the row map, which stays here, knows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khlang.agency.words import MEND, STAGES, state, thai_period, word
from khlang.web.language import Language

Rows = Mapping[int, str]  # sealed row number → "file, row 12"


@dataclass(frozen=True)
class Step:
    """One thing that became of it: a heading, sentences, and a table (its first row is the head)."""

    heading: str
    lines: tuple[str, ...]
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Page:
    """One receipt in one language."""

    lang: Language
    title: str
    state: str
    facts: tuple[tuple[str, str], ...]
    steps_title: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...]


def page(
    said: Mapping[str, Any], *, lang: Language, verified: bool, manifest: Mapping[str, Any] | None, rows: Rows
) -> Page:
    """Put a receipt into words.

    Args:
        said: What the receipt says.
        lang: In which language.
        verified: Whether its signature was held against the pool's key.
        manifest: Of the same submission, where it lies here: legal basis and retention come from it.
        rows: The office's own names of sealed rows.
    """
    received, papers = said["received"] or {}, manifest or {}
    values = {
        "agency": said["agency"],
        "dataset": said["dataset"],
        "period": thai_period(said["period"], lang),
        "submission": said["submission"],
        "state": state(said["state"], lang),
        **{name: received.get(name) for name in ("receipt_id", "at", "rows", "parts", "manifest_sha256")},
        **{name: papers.get(name) for name in ("letter", "agreement", "legal_basis", "retention_days")},
        **{name: papers.get(name) for name in ("preparer", "approver")},
    }
    return Page(
        lang=lang,
        title=word("title", lang),
        state=state(said["state"], lang),
        facts=tuple((word(name, lang), _shown(value)) for name, value in values.items() if value not in {None, ""}),
        steps_title=word("steps", lang),
        steps=tuple(_step(step, lang, rows) for step in said["steps"]),
        notes=(word("signed" if verified else "unsigned", lang), word("note", lang)),
    )


def named_rows(said: Mapping[str, Any]) -> set[int]:
    """Sealed row numbers that a receipt names."""
    findings = [finding for step in said["steps"] for finding in step["findings"]]
    return {number for finding in findings for number in _numbers(finding)}


def _step(step: Mapping[str, Any], lang: Language, rows: Rows) -> Step:
    stage = next(
        (name[1 if lang == "th" else 2] for name in STAGES if step["stage"].startswith(name[0])), step["stage"]
    )
    verdict = state(str(step.get("verdict", "")), lang)
    lines = [str(step[f"message_{lang}"])] if step.get(f"message_{lang}") else []
    if step.get("verdict") == "refused" and step.get("code"):
        lines.append(f"{word('rule', lang)}: {step['code']}")
    if step.get("remedy"):
        lines.append(f"{word('do', lang)}: {_half(str(step['remedy']), lang)}")
    if step.get("reason"):
        lines.append(f"{word('reason', lang)}: {step['reason']}")
    for name in ("gone", "kept"):
        lines += [f"{word(name, lang)}: {_half(str(line), lang)}" for line in step.get(name, ())]
    if step.get("marts"):
        lines.append(f"{word('marts', lang)}: {', '.join(step['marts'])}")
    counts = [
        f"{word(name, lang)} {step[name]:,}" for name in ("rows_in", "rows_curated", "rows_quarantined") if name in step
    ]
    lines += [", ".join(counts)] if counts else []
    if step["findings"]:
        lines.append(f"{word('do', lang)}: {MEND[0 if lang == 'th' else 1]}")
    return Step(f"{stage}: {verdict}".rstrip(": "), tuple(lines), _table(step["findings"], lang, rows))


def _table(findings: Sequence[Mapping[str, Any]], lang: Language, rows: Rows) -> tuple[tuple[str, ...], ...]:
    if not findings:
        return ()
    head = tuple(word(name, lang) for name in ("column", "rule", "count", "where", "meaning"))
    body = [
        (
            str(one.get("column") or "—"),
            str(one.get("code") or one.get("reason") or ""),
            _shown(one["count"]) if "count" in one else "",
            ", ".join(rows[number] for number in _numbers(one) if number in rows),
            str(one.get(f"message_{lang}", "")),
        )
        for one in findings
    ]
    return (head, *body)


def _numbers(finding: Mapping[str, Any]) -> list[int]:
    first = [finding["first_row"]] if "first_row" in finding else []
    return [int(number) for number in (*finding.get("rows", ()), *first)]


def _half(text: str, lang: Language) -> str:
    """The half of a "Thai / English" text that is in this language."""
    thai, slash, english = text.partition(" / ")
    return (thai if lang == "th" else english) if slash else text


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
