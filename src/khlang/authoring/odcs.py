"""The Open Data Contract Standard's own JSON schema, of PyPI ``open-data-contract-standard``."""

import functools
import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

from khlang.authoring.marks import Keys
from khlang.errors import SetupError


def faults(document: Any) -> Iterator[tuple[Keys, str]]:
    """Where a document departs from the standard, and how; no value of a column stands in a contract."""
    for error in _validator().iter_errors(document):
        yield tuple(error.absolute_path), error.message[:160]


@functools.cache
def _validator() -> Any:
    import jsonschema

    try:
        text = (resources.files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8")
    except ModuleNotFoundError:
        raise SetupError(
            "The package open-data-contract-standard is not installed.", "Run `make setup`, which installs it."
        ) from None
    schema = json.loads(text)
    return jsonschema.validators.validator_for(schema)(schema)
