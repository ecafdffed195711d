"""``khlang contract test``: a sample through the hops on this machine, and the verdict of every rule."""

from pathlib import Path
from typing import Any

import click

from khlang import period as period_
from khlang import settings
from khlang.authoring import project, texts
from khlang.authoring.commands import FILE, read_options, reading
from khlang.authoring.rehearse import Rehearsal, rehearse
from khlang.authoring.texts import Texts
from khlang.contracts import Rule
from khlang.errors import GateRefusedError, UsageError

EXAMPLES = """Examples:

\b
  khlang contract test births --sample births.csv --period 2569-01
  khlang contract test drafts/library_loans --sample loans.xlsx --period 2026-01
"""


@click.command(epilog=EXAMPLES)
@click.argument("contract")
@click.option("--sample", type=FILE, required=True, help="An extract as the office saves it.")
@click.option("--period", default="2026-01", show_default=True, help="Its month, Buddhist or Gregorian.")
@click.option("--accept", multiple=True, help="Code of a finding that is answered with yes.")
@reading
def command(
    *,
    contract: str,
    sample: Path,
    period: str,
    accept: tuple[str, ...],
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
) -> None:
    """Seal, open, curate and gate SAMPLE by CONTRACT (a table's name, its file, or a draft); no server, no real key."""
    from dataclasses import replace

    here = settings.load()
    known, name = chosen(contract, here.root)
    options = replace(read_options(sheet, encoding, delimiter), accept=frozenset(accept))
    done = rehearse(
        known, name, sample, period=period_.parse(period), options=options, settings=here, spark=_session,
        tell=lambda text: click.echo(f"{text} …", err=True),
    )  # fmt: skip
    click.echo(shown(done))
    if not done.promoted:
        raise GateRefusedError(
            f"The gate refuses the sample of {name}.", "Mend the file or the contract, as each rule above says.",
            code="GATE-SAMPLE",
        )  # fmt: skip


def chosen(contract: str, root: Path) -> tuple[Texts, str]:
    """The contracts that are tried, and the table that is meant.

    Raises:
        UsageError: There is no such contract, or the draft holds several.
    """
    path, base = Path(contract), texts.of_folder(root)
    if not path.exists():
        if any(one.endswith(f"/{contract}.yaml") for one in base.contracts):
            return base, contract
        raise UsageError(
            f"There is no contract {contract}.", "`khlang contract list` names all; a draft is named by its folder."
        )
    draft = texts.draft_of(path, root)
    known = project.overlaid(base, draft)
    if path.suffix == ".yaml":
        return known, path.stem
    names = sorted(Path(one).stem for one in known.contracts if f"contracts/{one}" in known.fresh)
    if len(names) != 1:
        raise UsageError(f"{path.name} holds {len(names)} contracts.", "Name one contract's file.")
    return known, names[0]


def shown(done: Rehearsal) -> str:
    """Counts, every rule with its verdict, and the decision; no value of a row."""
    decision = done.decision
    kept, out = decision["rows_curated"], decision["rows_quarantined"]
    lines = [f"{done.rows:,} แถวปิดผนึก / rows sealed; {kept:,} ผ่าน / curated, {out:,} กักไว้ / quarantined"]
    for column, reasons in done.reasons.items():
        if reasons:
            lines.append(f"  {column}: " + ", ".join(f"{reason} {count:,}" for reason, count in reasons.items()))
    lines += [
        f"{_STATES[state]:8} {rule.id.partition('/')[2]:36} {_measured(rule, value)}"
        for rule, state, value in done.judged()
    ]
    known = {rule.id for rule, _, _ in done.judged()}
    lines += [
        f"REFUSED  {one['code']}: {one['message_th']}" for one in decision["failures"] if one["rule_id"] not in known
    ]
    lines.append(f"คำตัดสิน / verdict: {decision['verdict']}")
    return "\n".join(lines)


_STATES = {"ok": "ok", "warning": "warning", "critical": "REFUSED"}


def _measured(rule: Rule, value: Any) -> str:
    if value is None:
        return rule.message_en
    share = rule.metric.split("__")[0].endswith("_share")
    return f"{value:.2%} — {rule.message_en}" if share else f"{value:,} — {rule.message_en}"


def _session() -> Any:
    from khlang import session

    spark = session.spark(settings.load(), "contract test", environ={})
    session.fit(spark, 0)
    return spark
