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
        occupations: Codes of occupation.
        assumptions: ``data/assumptions.yaml``.
    """

    provinces: pl.DataFrame
    amphoe: pl.DataFrame
    occupations: list[str]
    assumptions: Assumptions

    @property
    def population(self) -> int:
        """Registered persons in the country (rounded, see the data file)."""
        return int(self.provinces["population"].sum())


def apportion(total: int, weights: np.ndarray) -> np.ndarray:
    """Split a whole number by weights, largest remainder first; the parts sum to the total exactly."""
    exact = total * weights / weights.sum()
    parts: np.ndarray = np.floor(exact).astype(np.int64)
    short = total - int(parts.sum())
    parts[np.argsort(-(exact - parts), kind="stable")[:short]] += 1
    return parts


def _data(name: str) -> pl.DataFrame:
    text = (files("khlang.simulate") / "data" / name).read_bytes()
    return pl.read_csv(text, comment_prefix="#", infer_schema=False)


def code_list(name: str) -> list[dict[str, str]]:
    """Rows of one list of ``contracts/codes``.

    Raises:
        SetupError: The list is missing.
    """
    path = load_settings().contracts / "codes" / f"{name}.csv"
    if not path.exists():
        raise SetupError(f"Code list {path.name} is missing.", "Restore contracts/codes from the repository.")
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


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
    amphoe = pl.DataFrame(code_list("amphoe")).select(
        amphoe_code=pl.col("code"), province_code=pl.col("code").str.slice(0, 2)
    )
    town = pl.when(pl.col("amphoe_code").str.ends_with("01")).then(assumptions["provincial_town_weight"]).otherwise(1.0)
    names = pl.DataFrame(code_list("province")).select(province_code="code", name_th="name_th")
    population = _data("province_population.csv").with_columns(pl.col("population").cast(pl.Int64))
    provinces = names.join(population, on="province_code", how="inner", maintain_order="left").sort("province_code")
    if provinces.height != population.height:
        raise SetupError("Provinces of the population table and of contracts/codes differ.", "Mend the code list.")
    provinces = _with_patterns(_with_insured(provinces, assumptions["insured"]), assumptions)
    occupations = [row["code"] for row in code_list("occupation")]
    return Calibration(provinces, amphoe.with_columns(weight=town).sort("amphoe_code"), occupations, assumptions)
