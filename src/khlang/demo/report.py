"""``var/demo/report.json`` for a program, ``report.html`` for a person: one file each, to be read with no network."""

import base64
import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from khlang.serve import linkage, thai
from khlang.serve.told import Told
from khlang.settings import Settings, read_env_file
from khlang.stack import secrets

Document = dict[str, Any]


def versions(settings: Settings) -> dict[str, str]:
    """This product's version and those of the stack."""
    pinned = read_env_file(settings.root / "infra" / "versions.env")
    return {"khlang": importlib.metadata.version("khlang"), **pinned}


def places(settings: Settings) -> list[Document]:
    """Where to look: name, address, user, file that holds the password."""
    user, admin = "analyst", secrets.AIRFLOW_USER
    analyst, engineer = (str(secrets.trino_password_file(settings, name)) for name in (user, "engineer"))
    docs = settings.var / "docs" / "gates" / "index.html"
    return [
        {"name": "Trino", "at": settings.trino_url, "user": user, "password_file": analyst},
        {"name": "Trino", "at": settings.trino_url, "user": "engineer", "password_file": engineer},
        {
            "name": "Airflow",
            "at": settings.airflow_url,
            "user": admin,
            "password_file": str(secrets.airflow_password_file(settings)),
        },
        {"name": "หน้ารายเดือนของชุดข้อมูล (months of each dataset)", "at": str(docs), "user": "", "password_file": ""},
    ]


def document(settings: Settings, **parts: Any) -> Document:
    """The whole report: ``parts`` are plan, extracts, answers, population, marts, stages and what else there is."""
    return {
        "versions": versions(settings),
        "trino_url": settings.trino_url,
        "ca_file": str(settings.trino_ca),
        "user": "analyst",
        "password_file": str(secrets.trino_password_file(settings, "analyst")),
        "places": places(settings),
        **parts,
    }


def write(folder: Path, report: Document, told: Sequence[Told]) -> None:
    """Write ``report.json``, a picture a domain (``<domain>.png``), and ``report.html`` with all of it."""
    text = json.dumps(report, ensure_ascii=False, indent=1, default=str) + "\n"
    (folder / "report.json").write_text(text, encoding="utf-8")
    if report["fresh"]:  # the benchmarks look at the last run that had everything to do
        (folder / "first.json").write_text(text, encoding="utf-8")
    for one in told:
        one.draw(picture(folder, one))
    images = {one.domain: _data(picture(folder, one), "image/png") for one in told}
    linkage.draw(folder / "linkage.png", report["linkage"]["groups"])
    images["linkage"] = _data(folder / "linkage.png", "image/png")
    (folder / "report.html").write_text(page(report, told, images), encoding="utf-8")


def picture(folder: Path, told: Told) -> Path:
    """Where a domain's picture lies."""
    return folder / f"{told.domain}.png"


def page(report: Document, told: Sequence[Told], images: Mapping[str, str]) -> str:
    """The HTML page.

    Args:
        report: What ``document`` gave.
        told: Each domain's answer.
        images: Its picture, by domain, as a data URL; that of the linkage under ``linkage``.
    """
    import jinja2

    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters |= {"count": _count, "share": _share}
    return environment.get_template("report.html.jinja").render(
        report=report,
        told=told,
        images=images,
        fonts={weight: _data(thai.font(name), "font/ttf") for weight, name in ((400, "Regular"), (700, "Bold"))},
        longest=max(report["stages"].values(), default=1.0),
    )


def _data(file: Path, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode('ascii')}"


def _count(value: int | None) -> str:
    return "×" if value is None else f"{value:,}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2%}"
