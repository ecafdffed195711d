"""What the values of a column show, as shares and counts. No value leaves this module."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from khlang import identifiers
from khlang.agency.scan import columns as scan
from khlang.values import forms, local

Share = Callable[[pl.Series], float]
DATE_FORMS = {"iso": "ปปปป-ดด-วว", "compact": "ปปปปดดวว", "short": "วว/ดด/ปปปป", "words": "วว เดือน ปปปป",
              "month_first": "เดือน วว ปปปป"}  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """Of one column: shares are of the filled cells.

    ``identifiers``: type → share with a true form; ``dates``: form and era → share; ``codes``: list → share that
    stands in it; ``named``: list → share that is a Thai or English name in it; ``years``: first and last year of the
    dates; ``direct``: what the first values look like to the scan.
    """

    rows: int
    filled: int
    distinct: int
    identifiers: Mapping[str, float]
    date: float
    dates: Mapping[str, float]
    month: float
    integer: float
    number: float
    whole_digits: int
    decimals: int
    codes: Mapping[str, float]
    named: Mapping[str, float]
    postcode: float
    sentences: float
    years: tuple[int, int] | None = None
    direct: str | None = None
    leading_zero: bool = field(default=False)

    @property
    def empty(self) -> float:
        """Share of rows without a value."""
        return 1 - self.filled / self.rows if self.rows else 1.0


def look(column: pl.Series, codes: Mapping[str, Sequence[Mapping[str, str]]]) -> Evidence:
    """Look at a column as text.

    Args:
        column: Trimmed; an empty cell is null.
        codes: The code lists.
    """
    text = pl.DataFrame({"v": column}).select(local.cleaned(pl.col("v"), "date")).to_series().drop_nulls()
    seen = text.value_counts(sort=True)
    values, weight = seen[text.name], seen["count"]
    filled = int(weight.sum())

    def share(hit: pl.Series) -> float:
        return round(int(weight.filter(hit.fill_null(value=False)).sum()) / filled, 4) if filled else 0.0

    frame = pl.DataFrame({"v": values})
    digits = frame.select(local.cleaned(pl.col("v"), "money")).to_series()
    numeric, whole = digits.str.contains(forms.NUMBER), digits.str.contains(r"^[+-]?[0-9]+(?:[.]0*)?$")
    dates = frame.select(local.typed(pl.col("v"), "date", "DATE")).to_series()
    months = frame.select(local.typed(pl.col("v"), "month", "STRING")).to_series()
    plain = frame.select(local.cleaned(pl.col("v"), "code")).to_series()
    kept = values.head(200).to_list()
    return Evidence(
        rows=len(column),
        filled=filled,
        distinct=len(values),
        identifiers=_identifiers(values, share),
        date=share(dates.is_not_null()),
        dates=_dates(values, dates, share),
        month=share(months.is_not_null()),
        integer=share(whole),
        number=share(numeric),
        whole_digits=int(str(digits.filter(numeric).str.extract(r"^[+-]?0*([0-9]*)", 1).str.len_chars().max() or 0)),
        decimals=int(str(digits.filter(numeric).str.extract(r"[.]([0-9]*?)0*$", 1).str.len_chars().max() or 0)),
        codes=_codes(plain, codes, share),
        named=_named(values, codes, share),
        postcode=share(plain.str.contains("^[1-9][0-9]{4}$") & plain.str.slice(0, 2).is_in(_provinces(codes))),
        sentences=share(scan.sentences(values)),
        years=_years(dates),
        direct=scan.kind(kept),
        leading_zero=bool(share(plain.str.contains("^0[0-9]")) > 0),
    )


def _identifiers(values: pl.Series, share: Share) -> dict[str, float]:
    made: dict[str, float] = {}
    for kind in ("th-cid", "th-juristic", "house", "plate"):
        normal = identifiers.normalise_column(values, type=kind, simulation=True)["id"]
        good = normal.is_not_null()
        if kind == "plate":  # any short word passes its form: a plate has Thai letters and digits
            good = good & values.str.contains("[ก-ฮ]") & values.str.contains("[0-9๐-๙]")
        made[kind] = share(good)
    return made


def _dates(values: pl.Series, read: pl.Series, share: Share) -> dict[str, float]:
    """Form and era → share; where two digits stand for the year the era is not written."""
    text, left, made = values, read.is_not_null(), {}
    for form in forms.DATES:
        hit = left & text.str.contains(form.pattern)
        left = left & ~hit
        year = text.str.extract(form.pattern, form.year)
        number = year.cast(pl.Int32, strict=False)
        buddhist, short = number >= forms.BUDDHIST_FROM, year.str.len_chars() == 2
        for era, where in (("พ.ศ.", buddhist), ("ค.ศ.", ~buddhist & ~short), ("ปีสองหลัก (พ.ศ.)", short)):
            if part := share(hit & where):
                made[f"{DATE_FORMS[form.name]} {era}"] = part
    if part := share(left):
        made["เลขลำดับวันของ Excel"] = part
    return made


def _codes(plain: pl.Series, codes: Mapping[str, Sequence[Mapping[str, str]]], share: Share) -> dict[str, float]:
    made: dict[str, float] = {}
    for name, rows in codes.items():
        listed = [row["code"] for row in rows]
        lengths = {len(code) for code in listed}
        same = len(lengths) == 1 and all(code.isdigit() for code in listed)
        padded = plain.str.zfill(max(lengths)) if same else plain
        if (part := share(padded.is_in(listed))) >= 0.5:
            made[name] = part
    return made


def _named(values: pl.Series, codes: Mapping[str, Sequence[Mapping[str, str]]], share: Share) -> dict[str, float]:
    made: dict[str, float] = {}
    low = values.str.to_lowercase()
    for name, rows in codes.items():
        listed = {row.get(key, "").casefold() for row in rows for key in ("name_th", "name_en")} - {""}
        bare = {word.removeprefix("เขต").removeprefix("อำเภอ").removeprefix("จังหวัด") for word in listed}
        if (part := share(low.is_in(sorted(listed | bare)))) >= 0.5:
            made[name] = part
    return made


def _provinces(codes: Mapping[str, Sequence[Mapping[str, str]]]) -> list[str]:
    return [row["code"] for row in codes.get("province", ())]


def _years(dates: pl.Series) -> tuple[int, int] | None:
    years = dates.drop_nulls().dt.year()
    return (int(str(years.min())), int(str(years.max()))) if len(years) else None
