"""Real figures the simulation is hung on: population and section-33 employment by province, amphoe, assumptions."""

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
import yaml

from khlang.errors import SetupError
from khlang.settings import load as load_settings

Assumptions = dict[str, Any]


@dataclass(frozen=True)
class Calibration:
    """Everything real the simulator knows.

    Attributes:
        provinces: Grain province_code: population and insured (persons), establishments, income_factor, outreach.
        amphoe: Grain amphoe_code: province_code, weight (share of the province's houses).
        assumptions: ``data/assumptions.yaml``.
    """

    provinces: pl.DataFrame
    amphoe: pl.DataFrame
    assumptions: Assumptions

    @property
    def population(self) -> int:
        """Registered persons in the country (rounded, see the data file)."""
        return int(self.provinces["population"].sum())


def apportion(total: int, weights: np.ndarray) -> np.ndarray:
    """Split a whole number by weights, largest remainder first; the parts sum to the total exactly."""
    exact = total * weights / weights.sum()
    parts = np.floor(exact).astype(np.int64)
    short = total - int(parts.sum())
    parts[np.argsort(-(exact - parts), kind="stable")[:short]] += 1
    return parts


def _data(name: str) -> pl.DataFrame:
    text = (files("khlang.simulate") / "data" / name).read_bytes()
    return pl.read_csv(text, comment_prefix="#", infer_schema=False)


def areas(kind: str) -> list[dict[str, str]]:
    """Provinces or amphoe, from ``contracts/codes``.

    Raises:
        SetupError: The code list is missing.
    """
    path = load_settings().contracts / "codes" / f"{kind}.csv"
    if not path.exists():
        return _from_geothai(kind)
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def _from_geothai(kind: str) -> list[dict[str, str]]:
    import geothai

    provinces = geothai.provinces()
    rows = provinces if kind == "province" else [d for p in provinces for d in geothai.districts(p.code)]
    return [{"code": str(row.code), "name_th": row.name_th} for row in rows]


def _with_insured(provinces: pl.DataFrame, insured: dict[str, Any]) -> pl.DataFrame:
    """Add insured and establishments; what the table does not list is spread by population."""
    table = _data("insured_section33.csv").with_columns(pl.col("insured", "establishments").cast(pl.Int64))
    joined = provinces.join(table, on="name_th", how="left", maintain_order="left")
    unlisted = joined["insured"].is_null().to_numpy()
    columns = []
    for column, total in (("insured", insured["total"]), ("establishments", insured["establishments"])):
        values = joined[column].fill_null(0).to_numpy().copy()
        rest = int(total) - int(values.sum())
        values[unlisted] = apportion(rest, joined["population"].to_numpy()[unlisted])
        columns.append(pl.Series(column, values))
    return joined.with_columns(columns)


def _with_patterns(provinces: pl.DataFrame, assumptions: Assumptions) -> pl.DataFrame:
    """Add income_factor (1 = the country) and outreach (1 = the card reaches the poor as elsewhere)."""
    income, outreach = assumptions["income"], assumptions["outreach"]
    industrial = (provinces["insured"] / provinces["population"]).rank().to_numpy() / provinces.height
    factor = income["lowest"] + (income["highest"] - income["lowest"]) * industrial
    codes = provinces["province_code"].to_list()
    return provinces.with_columns(
        pl.Series("income_factor", [income["provinces"].get(c, f) for c, f in zip(codes, factor, strict=True)]),
        pl.Series("outreach", [outreach["provinces"].get(c, outreach["default"]) for c in codes]),
    )


def load() -> Calibration:
    """Read the data files and the code lists of provinces and amphoe."""
    text = (files("khlang.simulate") / "data" / "assumptions.yaml").read_text(encoding="utf-8")
    assumptions: Assumptions = yaml.safe_load(text)
    amphoe = pl.DataFrame(areas("amphoe")).select(
        amphoe_code=pl.col("code"), province_code=pl.col("code").str.slice(0, 2)
    )
    town = pl.when(pl.col("amphoe_code").str.ends_with("01")).then(assumptions["provincial_town_weight"]).otherwise(1.0)
    names = pl.DataFrame(areas("province")).select(province_code="code", name_th="name_th")
    population = _data("province_population.csv").with_columns(pl.col("population").cast(pl.Int64))
    provinces = names.join(population, on="province_code", how="inner", maintain_order="left").sort("province_code")
    if provinces.height != population.height:
        raise SetupError("Provinces of the population table and of contracts/codes differ.", "Mend the code list.")
    provinces = _with_patterns(_with_insured(provinces, assumptions["insured"]), assumptions)
    return Calibration(provinces, amphoe.with_columns(weight=town).sort("amphoe_code"), assumptions)
