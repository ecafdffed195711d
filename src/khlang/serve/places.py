"""Names of places and other codes, for people."""

import csv

from khlang.settings import Settings


def province_names(settings: Settings) -> dict[str, str]:
    """Thai names of provinces by two-digit code, from the contracts' code list."""
    return code_names(settings, "province")


def code_names(settings: Settings, listed: str, language: str = "name_th") -> dict[str, str]:
    """Thai names (``name_en``: English ones) by code of one of the contracts' code lists."""
    text = (settings.contracts / "codes" / f"{listed}.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {row["code"]: row[language] for row in csv.DictReader(lines)}
