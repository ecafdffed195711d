"""A server killed in the middle of curating, on the whole stack: the rerun finishes, and nothing is twice.

``test_refused.py`` kills Spark's server once in `make test`; here each is killed over another dataset.
"""

from pathlib import Path

import pytest
from tests.demofixture import Demo
from tests.e2e.killing import changed, content, kill_while_it_stages
from tests.e2e.office import Office, commits

pytestmark = [pytest.mark.soak, pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.mark.parametrize(
    ("service", "agency", "dataset"),
    [("spark-connect", "mof", "welfare_registrants"), ("minio", "sso", "insured_persons")],
)
def test_a_server_killed_in_the_middle(demo: Demo, tmp_path: Path, service: str, agency: str, dataset: str) -> None:
    office = Office(demo.settings, agency, dataset, "2026-02")
    before = content(office)
    mine = [key for key in commits(office.settings, "curated") if dataset in key]
    sent = office.sends(office.with_a_row_twice(tmp_path), meanwhile=lambda: kill_while_it_stages(office, service))
    assert sent.line["state"] == "promoted"
    after = [key for key in commits(office.settings, "curated") if dataset in key]
    assert len(after) == len(mine) + 1
    assert changed(before, content(office)) == {}
