"""Paths are computed from what a thing is."""

import pytest

from khlang import lake

SUBMISSION = lake.Submission("mof", "welfare_registrants", "2026-01", "0a1b")


def test_a_submission_has_one_folder_everywhere() -> None:
    assert SUBMISSION.landing_key("manifest.sig") == "mof/welfare_registrants/2026-01/0a1b/manifest.sig"
    assert SUBMISSION.receipt_key("received") == "mof/welfare_registrants/2026-01/0a1b/received.json"
    assert SUBMISSION.accepted == "s3://lake/accepted/mof/welfare_registrants/2026-01/0a1b"
    assert SUBMISSION.staging(1) == "s3://lake/staging/welfare_registrants_v1/0a1b"


def test_a_key_names_its_submission() -> None:
    assert lake.Submission.parse(SUBMISSION.landing_key("part-0001-aabbccdd.age")) == SUBMISSION
    with pytest.raises(ValueError, match="not enough values"):
        lake.Submission.parse("mof/welfare_registrants")


def test_a_table_has_a_layer_a_version_and_maybe_a_project() -> None:
    assert lake.table("curated", "vehicles", 1) == "s3://lake/curated/vehicles_v1"
    assert lake.table("projects", "welfare_eligibility", 2, project="demo") == (
        "s3://lake/projects/demo/welfare_eligibility_v2"
    )
