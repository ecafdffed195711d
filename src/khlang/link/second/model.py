"""The Fellegi–Sunter model of the second route, by splink on DuckDB in this process's memory.

A comparison is one key: agrees or not. How often two different people agree on a key (u) is counted in the register,
where everybody stands once; how often the same person does (m) is estimated without labels, by expectation and
maximisation among pairs that agree on another key. Keys share fields, so that agreements are not independent: weights
put candidates into the right order, and near 1 they promise more than they keep (docs/decisions/219).
"""

import json
import logging
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

FEWEST_KEYS: Final = 3
FEWEST_PAIRS: Final = 100  # that agree on a key; from fewer nothing is estimated
SESSIONS: Final = 2  # of estimation: each leaves out the key that its pairs agree on
SMALLEST: Final = 1e-9  # a chance that was never seen is not none
_SCHEMA: Final[dict[str, type[pl.DataType]]] = {"row_number": pl.Int64, "pid": pl.Int64, "weight": pl.Float64}


@dataclass(frozen=True)
class Scored:
    """``pairs``: row_number, pid, weight (the model's probability); ``charts``: files by name, Vega-Lite and pages."""

    pairs: pl.DataFrame
    charts: dict[str, str] = field(default_factory=dict)


def score(rows: pl.DataFrame, register: pl.DataFrame, names: list[str]) -> Scored:
    """Score every pair that agrees on a key; nothing where no model can be estimated.

    Args:
        rows: ``row_number`` and the keys.
        register: ``pid`` and the keys.
        names: Of the keys, the surest first.
    """
    agreeing = {name: _pairs(rows, register, name) for name in names}
    trained = [name for name in reversed(names) if agreeing[name] >= FEWEST_PAIRS][:SESSIONS]
    if len(names) < FEWEST_KEYS or len(trained) < SESSIONS:
        return Scored(pl.DataFrame(schema=_SCHEMA))
    return _splink(rows, register, names, trained)


def _pairs(rows: pl.DataFrame, register: pl.DataFrame, name: str) -> int:
    there = register[name].drop_nulls().value_counts(name="n")
    return int(rows.select(name).drop_nulls().join(there, on=name)["n"].sum())


def chance(values: pl.Series) -> float:
    """The share of pairs of different people that agree on a key, in a register that has everybody once."""
    counts = values.drop_nulls().value_counts(name="n")["n"].cast(pl.Float64)
    whole = float(len(values))
    return max(float((counts * (counts - 1)).sum()) / max(whole * (whole - 1), 1.0), SMALLEST)


def _splink(rows: pl.DataFrame, register: pl.DataFrame, names: list[str], trained: list[str]) -> Scored:
    import splink.comparison_library as library
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    sides = {
        "records": rows.select(pl.col("row_number").alias("unique_id"), *names),
        "registry": register.with_row_index("unique_id").select(pl.col("unique_id").cast(pl.Int64), *names),
    }
    engine = DuckDBAPI()
    given = [engine.register(frame.to_arrow(), dataset_display_name=side) for side, frame in sides.items()]
    chances = {name: chance(register[name]) for name in names}
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            library.ExactMatch(name).configure(u_probabilities=[chances[name], 1 - chances[name]]) for name in names
        ],
        blocking_rules_to_generate_predictions=[block_on(name) for name in names],
        probability_two_random_records_match=1 / max(register.height, 2),
        retain_matching_columns=False,
    )
    linker = Linker(given, settings, log_level="ERROR")
    for name in trained:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(name), fix_probability_two_random_records_match=True, record_sample_proportion=1.0
        )
    predicted: Any = linker.inference.predict()
    told = pl.from_arrow(predicted.as_pyarrow_table())
    drawn = {
        "match_weights": _chart(linker.visualisations.match_weights_chart()),
        "m_u_parameters": _chart(linker.visualisations.m_u_parameters_chart()),
    }
    charts = {f"{name}.{form}": text for name, forms in drawn.items() for form, text in forms.items()}
    engine.duckdb_con.close()
    return Scored(_sides(pl.DataFrame(told), register), charts)


def _sides(told: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Splink names sides left and right by the order of their names: records come before the registry."""
    pids = register["pid"].cast(pl.Int64)
    return told.select(
        pl.col("unique_id_l").alias("row_number"),
        pids.gather(told["unique_id_r"]).alias("pid"),
        pl.col("match_probability").alias("weight"),
    ).select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())


def _chart(made: Any) -> dict[str, str]:
    """A chart as its Vega-Lite document and as a page that asks no host: parameters only, no record."""
    return {"json": json.dumps(made.chart_dict, sort_keys=True), "html": made.to_html(inline=True)}
