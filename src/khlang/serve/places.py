"""Names of places, for people."""

import csv

from khlang.settings import Settings


def province_names(settings: Settings) -> dict[str, str]:
    """Thai names of provinces by two-digit code, from the contracts' code list."""
    text = (settings.contracts / "codes" / "province.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {row["code"]: row["name_th"] for row in csv.DictReader(lines)}
