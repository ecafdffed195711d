"""``khlang agency seal``: an extract becomes one sealed folder, whole or not at all, in bounded memory."""

import hashlib
import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from khlang import manifest, private, signatures
from khlang import period as period_
from khlang.agency import content as content_
from khlang.agency import due, linking, making, questions, signing, writing
from khlang.agency import identify as identify_
from khlang.agency.content import Content
from khlang.agency.home import Home
from khlang.agency.reading import DatabaseQuery, Extract, Finding, ReadOptions, mapping, open_extract
from khlang.agency.sealing import Identify, Sealer
from khlang.agency.shuffle import Shuffle
from khlang.contracts import Table
from khlang.errors import InputError
from khlang.manifest import Manifest

Tell = Callable[[str, int, int | None], None]  # step, rows done, rows in all where they can be guessed
Source = Path | DatabaseQuery


@dataclass(frozen=True)
class Submission:
    """A sealed folder and what there is to say of it; ``pending``: a second person has to approve before it is sent."""

    folder: Path
    manifest: Manifest
    table: Table
    extract: Extract
    lost_years: dict[str, int]
    reused: bool
    findings: tuple[Finding, ...] = ()
    pending: bool = False


@dataclass(frozen=True)
class _Order:
    """What is asked: everything that one seal needs to know."""

    home: Home
    table: Table
    month: str
    content: Content
    context: str
    options: ReadOptions
    papers: dict[str, str | int]
    tell: Tell
    identify: Identify | None = field(repr=False)


def _silent(step: str, rows: int, total: int | None) -> None:
    del step, rows, total


def seal(
    home: Home,
    files: Source | Sequence[Source],
    *,
    dataset: str,
    period: str,
    options: ReadOptions | None = None,
    letter: str | None = None,
    tell: Tell = _silent,
    identify: Identify | None = None,
) -> Submission:
    """Seal an extract; the same content sealed again is the same folder, found without reading its rows.

    Args:
        home: The agency's folder.
        files: A file, folder, zip or query, or several of one shape.
        dataset: Name of its contract.
        period: As typed, Buddhist or Gregorian.
        options: What the official chose, answers to findings among it.
        letter: Reference of the covering letter, where it is not the contract's.
        tell: Told each step and how far it came.
        identify: Pseudonyms of a column, where the profile is not ``hmac-v1``.

    Raises:
        KhlangError: Anything that must be mended or answered first; nothing was left behind then.
    """
    month = period_.parse(period)
    bundle = home.bundle()
    table = bundle.table(dataset)
    bundle.recipient(month)
    found = due.check(month, home.today())
    chosen = with_mapping(home, dataset, options or ReadOptions())
    given = [files] if isinstance(files, Path | DatabaseQuery) else list(files)
    tell("อ่านไฟล์ / reading", 0, None)
    extract = open_extract(given, table, bundle.contracts, options=chosen)
    content = content_.of(given)
    rules = (bundle.profile_reference()["sha256"], table.name, table.version_text, month, content_.options_text(chosen))
    context = hashlib.sha256("\0".join(rules).encode()).hexdigest()
    known = content_.remembered(home, dataset) if content.lasting else []
    for facts in known:
        if (facts["files"], facts["context"], facts["tool"]) == (content.files.hex(), context, tool()):
            return _again(home, table, extract, facts, letter)
    found += [*extract.findings, *questions.same_as_before(known, content, month)]
    questions.require_answers(found, chosen)
    with identify_.asked(home, tell) as asked:
        said = papers(home, table, letter)
        order = _Order(home, table, month, content, context, chosen, said, tell, identify or asked)
        return _sealed(order, extract, found)


def _sealed(order: _Order, extract: Extract, found: list[Finding]) -> Submission:
    home, table, bundle = order.home, order.table, order.home.bundle()
    key = home.order_key()
    seed = order.content.order(order.context)
    second = linking.of(home, table) if extract.keyed else None
    sealer = Sealer(table, bundle, key=key, content=seed, files=extract.files, identify=order.identify, linking=second)
    with making.making(home.sealed(table.name, order.month)) as path:
        link = linking.LinkFile(second, path, bundle.link_recipient(order.month)) if second else None
        with Shuffle(path, size=order.content.size) as shuffle:
            for chunk in extract.chunks():
                shuffle.add(sealer.chunk(chunk))
                order.tell("ปิดผนึก / sealing", sealer.data_rows, order.content.rows)
            shuffle.add(sealer.canaries())
            found += questions.heavy(sealer.heavy(), extract.files[0])
            questions.require_answers(found, order.options)
            written = writing.write(
                path,
                shuffle,
                sealer,
                table,
                files=extract.files,
                recipient=bundle.recipient(order.month),
                tell=order.tell,
                link=link,
            )
        made = manifest.build(
            agency=bundle.agency,
            dataset=table.name,
            period=order.month,
            contract={"id": table.name, "version": table.version_text},
            profile=bundle.profile_reference(),
            rows=sealer.data_rows,
            canary_rows=sealer.canary_rows,
            pid_reasons=sealer.pid_reasons,
            parts=written,
            tool_version=tool(),
            papers=order.papers,
            link=link.told() if link else None,
        )
        folder = home.sealed(table.name, order.month) / made["submission"]
        reused = (folder / "manifest.json").exists()
        if reused:
            made = manifest.parse((folder / "manifest.json").read_bytes())
        else:
            _finished(order, path, folder, made, sealer.lost_years)
    pending = table.two_people and not (folder / "manifest.sig").exists()
    return Submission(folder, made, table, extract, sealer.lost_years, reused, tuple(found), pending)


def _finished(order: _Order, path: Path, folder: Path, made: Manifest, lost_years: dict[str, int]) -> None:
    if order.table.two_people:
        private.write(path / "manifest.json", signatures.canonical(made))
    else:
        signing.sign(order.home, made, path)
    rowmap = order.home.rowmap(made["dataset"], made["period"], made["submission"])
    private.folder(rowmap.parent)
    private.replace(path / writing.ROWMAP, rowmap)
    facts = {"files": order.content.files.hex(), "context": order.context, "tool": made["tool_version"]}
    place = {name: made[name] for name in ("dataset", "period", "submission")}
    content_.remember(order.home, facts | place | {"lost_years": lost_years})
    making.keep(path, folder)


def _again(home: Home, table: Table, extract: Extract, facts: dict[str, Any], letter: str | None) -> Submission:
    folder = home.sealed(table.name, facts["period"]) / facts["submission"]
    made = manifest.parse((folder / "manifest.json").read_bytes())
    if letter not in {None, made["letter"]}:
        raise InputError(
            "ปิดผนึกไว้แล้วด้วยเลขหนังสือนำส่งอื่น / It was sealed before with another covering letter.",
            f"ถ้ายังไม่ได้ส่ง ลบโฟลเดอร์นี้แล้วปิดผนึกใหม่ / Where it was not sent yet, delete it and seal again: {folder}",
            code="SEAL-LETTER",
        )
    pending = not (folder / "manifest.sig").exists()
    return Submission(folder, made, table, extract, facts["lost_years"], True, extract.findings, pending)


def with_mapping(home: Home, dataset: str, options: ReadOptions) -> ReadOptions:
    """The official's options, with the mapping of headers that was saved for the dataset."""
    if options.mapping is not None:
        return options
    kept = mapping.load(home.path, dataset)
    return ReadOptions(options.sheet, options.encoding, options.delimiter, kept, options.accept)


def tool() -> str:
    """Name and version of this program, as manifests have it."""
    return f"khlang {importlib.metadata.version('khlang')}"


def papers(home: Home, table: Table, letter: str | None) -> dict[str, str | int]:
    """What a manifest says of agreement, letter, legal basis, retention and roles."""
    config = home.config()
    return {
        "agreement": table.agreement,
        "letter": letter if letter is not None else table.letter,
        "legal_basis": table.legal_basis,
        "retention_days": table.retention_days,
        "preparer": config["preparer"],
        "approver": "" if table.two_people else config["approver"],
    }
