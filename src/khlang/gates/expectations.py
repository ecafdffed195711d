"""Great Expectations on a table of one row: the metrics of a submission. The only place that imports GX.

Importing GX takes five to seven seconds, two thirds of it for plots, statistics and databases that a table of
metrics never meets; they are put off here until somebody asks for them.
"""

import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from khlang import lean
from khlang.errors import ContractError

#: Optional parts of GX: each is behind a `try … except ImportError` there.
_OPTIONAL = (
    *("snowflake", "google", "azure", "boto3", "botocore", "trino", "IPython", "pyspark.ml", "pyspark.testing"),
    *("sqlalchemy", "sqlalchemy_bigquery", "sqlalchemy_redshift"),
)
_PUT_OFF = ("scipy.stats", "altair")


@contextmanager
def _light_import() -> Iterator[None]:
    for name in _PUT_OFF:
        if name not in sys.modules:
            _put_off(name)
    with lean.without(*_OPTIONAL), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations within GX and what it imports, none of ours to mend
        yield


def _put_off(name: str) -> None:
    parent, _, child = name.rpartition(".")
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    if parent:
        setattr(importlib.import_module(parent), child, module)


def load() -> Any:
    """Import GX without what it does not need, its analytics off; safe to call in a thread while Spark works."""
    if "great_expectations" not in sys.modules:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        os.environ.setdefault("TQDM_DISABLE", "1")
        with _light_import():
            import great_expectations  # noqa: F401
    import great_expectations as gx

    return gx


def evaluate(metrics: Mapping[str, Any], suite: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Judge one row of metrics by a suite.

    Args:
        metrics: Metric name → value.
        suite: ``{"name", "expectations": [{"type", "kwargs", "meta": {"rule_id"}, "severity"}, …]}``.

    Returns:
        One result an expectation: ``rule_id``, ``type``, ``success``, ``observed``, ``exception`` (or None).

    Raises:
        ContractError: An expectation's type or arguments are not known to GX (which would drop it silently).
    """
    gx = load()
    import pandas as pd

    expectations = [_expectation(item) for item in suite["expectations"]]
    batch = _one_row().get_batch({"dataframe": pd.DataFrame([dict(metrics)])})
    made = gx.ExpectationSuite(name=str(suite.get("name", "suite")), expectations=expectations)
    answer = batch.validate(made, result_format="BASIC")
    return [_result(item, metrics) for item in answer.results]


@cache
def _one_row() -> Any:
    """The batch definition of a table of metrics; made once a process, since each context makes a temporary folder."""
    context = load().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("metrics").add_dataframe_asset("one_row")
    return asset.add_batch_definition_whole_dataframe("whole")


def _expectation(item: Mapping[str, Any]) -> Any:
    from great_expectations.exceptions.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.registry import get_expectation_impl

    try:
        kind = get_expectation_impl(item["type"])
        return kind(**item["kwargs"], meta=item["meta"], severity=item.get("severity", "critical"))
    except (ExpectationNotFoundError, ValueError, TypeError, KeyError) as error:
        raise ContractError(
            f"The expectation {item.get('type')} of rule {item.get('meta', {}).get('rule_id')} is not known to the gate"
            f" ({type(error).__name__}).",
            "Mend the rule: the gate does not open for a suite it cannot read whole.",
            code="GATE-SUITE",
        ) from None


def _result(item: Any, metrics: Mapping[str, Any]) -> dict[str, Any]:
    config = item.expectation_config
    told = item.exception_info or {}
    nested = told.values() if told and all(isinstance(value, dict) for value in told.values()) else [told]
    raised = [one.get("exception_message") or "exception" for one in nested if one.get("raised_exception")]
    column = config.kwargs.get("column")
    return {
        "rule_id": (config.meta or {}).get("rule_id"),
        "type": config.type,
        "success": bool(item.success),
        "metric": column,
        "observed": metrics.get(column),
        "exception": raised[0] if raised else None,
    }
