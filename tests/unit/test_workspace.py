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


@pytest.mark.parametrize(
    ("name", "told"), [("welfare_by_amphoe", "table welfare_by_amphoe was not built"), ("population_months", "house_")]
)
def test_a_table_that_was_not_built_is_named(tmp_path: Path, name: str, told: str) -> None:
    def session() -> None:
        pytest.fail("Spark was woken for what is not there")

    place = objects.folder(tmp_path)
    shop = Workshop(place, place.objects, policykit.CONTRACTS, session)  # type: ignore[arg-type]
    tables = narrowed(policykit.request(tables={name: policykit.ASKED["tables"][name]}), policykit.CONTRACTS)
    with pytest.raises(UsageError) as refused:
        workspace.freeze(shop, Project("poverty", str(tmp_path / "key")), tables)
    assert (refused.value.code, refused.value.exit_code) == ("PROJECT-MART", 2)
    assert told in refused.value.message
