"""``khlang agency receipt``."""

import io
import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from khlang.agency import printing, receipts, sending
from khlang.agency.commands import home_option, lang_option
from khlang.agency.gateway import Gateway
from khlang.agency.home import Home
from khlang.agency.papers import Page
from khlang.errors import InputError, UsageError
from khlang.web.language import Language

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency receipt 3f2a                          # ถามคลัง / ask the pool
  khlang agency receipt 3f2a --format pdf -o ใบรับ.pdf --lang th
  khlang agency receipt --import E:\\khlang-stick      # ใบรับที่กลับมากับแฟลชไดรฟ์ / off the stick
  khlang agency receipt --verify receipt.json         # ตรวจลายมือชื่อโดยไม่ต่ออินเทอร์เน็ต / offline
"""
_BINARY = {"pdf"}


@click.command(epilog=EXAMPLES)
@click.argument("submission", required=False)
@click.option("--verify", "file", type=click.Path(path_type=Path, exists=True), help="ตรวจไฟล์ใบรับ / Verify a file.")
@click.option("--import", "taken", type=click.Path(path_type=Path, exists=True), help="เก็บใบรับ / Keep a receipt.")
@click.option("--offline", is_flag=True, help="ใช้ใบรับที่เก็บไว้ / Use the one that was kept.")
@click.option("--format", "form", type=click.Choice(["text", "json", "html", "pdf"]), default="text")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="เขียนลงไฟล์ / Write to a file.")
@click.option("--proxy", help="http://host:port; else HTTPS_PROXY, or what the system says.")
@lang_option
@home_option
def receipt(
    *,
    submission: str | None,
    file: Path | None,
    taken: Path | None,
    offline: bool,
    form: str,
    output: Path | None,
    proxy: str | None,
    lang: Language | None,
    home: Path,
) -> None:
    """What became of one submission, signed by the pool / ใบรับ."""
    if sum(given is not None for given in (submission, file, taken)) != 1:
        raise UsageError(
            "ระบุรหัสชุดส่ง หรือ --verify หรือ --import / Give a submission, or --verify, or --import.",
            "khlang agency status --offline",
        )
    here = Home(home)
    if form in _BINARY and output is None:
        raise UsageError("PDF ต้องระบุไฟล์ / A PDF needs a file.", "-o receipt.pdf")
    said = _said(here, submission, file or taken, keep=taken is not None, offline=offline, proxy=proxy)
    verified = here.bundle().receipt_key is not None
    if form == "json":
        _out(output, json.dumps(said | {"signature_verified": verified}, ensure_ascii=False, indent=1) + "\n")
        return
    page = receipts.page(here, said, lang=lang or receipts.language(), verified=verified)
    if form == "text" and output is None:
        printing.text(Console(), page)
    elif form == "pdf" and output:
        receipts.write(output, printing.as_pdf(page))
    else:
        _out(output, printing.as_html(page) if form == "html" else _plain(page))


def _said(
    here: Home, submission: str | None, path: Path | None, *, keep: bool, offline: bool, proxy: str | None
) -> dict[str, Any]:
    if path is not None:
        signed = receipts.read(path)
        said = receipts.verified(here, signed)
        return sending.keep_receipt(here, receipts.find(here, said["submission"]), signed) if keep else said
    folder = receipts.find(here, submission or "")
    if not offline:
        made = sending.signed(here, folder)[2]
        with Gateway(here, proxy=proxy) as gateway:
            return sending.keep_receipt(here, folder, gateway.receipt(sending.prefix_of(made)))
    kept = sending.kept(here, folder)
    if kept is None:
        raise InputError(
            "ยังไม่มีใบรับของชุดนี้ / There is no receipt of this submission here.",
            "ส่งก่อน หรือถามโดยไม่ใส่ --offline / Send it first, or ask without --offline.",
            code="RECEIPT-NONE",
        )
    return kept


def _plain(page: Page) -> str:
    console = Console(record=True, width=100, file=io.StringIO(), legacy_windows=False)
    printing.text(console, page)
    return console.export_text()


def _out(output: Path | None, text: str) -> None:
    if output:
        receipts.write(output, text.encode("utf-8"))
    else:
        click.echo(text, nl=False)
