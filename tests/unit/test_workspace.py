"""A project is not activated before its marts were built."""

from pathlib import Path

import pytest
from tests import policykit

from khlang.curation import objects
from khlang.errors import UsageError
from khlang.link.build import Workshop
from khlang.policy.request import narrowed
from khlang.serve import workspace
from khlang.serve.project import Project


def test_a_mart_that_was_not_built_is_named(tmp_path: Path) -> None:
    def session() -> None:
        pytest.fail("Spark was woken for what is not there")

    place = objects.folder(tmp_path)
    shop = Workshop(place, place.objects, policykit.CONTRACTS, session)  # type: ignore[arg-type]
    tables = narrowed(policykit.request(), policykit.CONTRACTS)
    with pytest.raises(UsageError) as refused:
        workspace.freeze(shop, Project("poverty", str(tmp_path / "key")), tables)
    assert (refused.value.code, refused.value.exit_code) == ("PROJECT-MART", 2)
    assert "welfare_by_amphoe" in refused.value.message
