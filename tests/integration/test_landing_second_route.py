"""The second route end to end: seal, land without opening, link, candidates; then the keys are gone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake
from tests import secondkit
from tests.minio_fixture import new_settings, provisioned, running
from tests.secondkit import PERIOD, REGISTER, VISITS, Clinics

from khlang import deltastore, lake, store
from khlang.agency import exporting
from khlang.landing import land, ledger, offline
from khlang.link.second import service, tables
from khlang.settings import Settings


@dataclass(frozen=True)
class Month:
    """What a month of both agencies left behind."""

    clinics: Clinics
    told: dict[str, Any]
    links: pl.DataFrame
    weights: pl.DataFrame

    def accepted(self, dataset: str) -> pl.DataFrame:
        """The opened rows of a dataset."""
        return _accepted(self.clinics.settings, dataset)


def _accepted(settings: Settings, dataset: str) -> pl.DataFrame:
    s3 = store.client(settings, "root")
    keys = [key for key in store.list_keys(s3, lake.LAKE, "accepted/") if f"/{dataset}/" in key]
    return pl.concat(pl.read_parquet(store.get(s3, lake.LAKE, key) or b"") for key in keys)


def promote(settings: Settings, decision: dict[str, object], accepted: pl.DataFrame) -> None:
    """What curate leaves: row numbers and pids of the curated rows, and its receipt."""
    s3 = store.client(settings, "curate")
    names = {name: str(decision[name]) for name in ("agency", "dataset", "period", "submission")}
    place = lake.Submission(names["agency"], names["dataset"], names["period"], names["submission"])
    ledger.write_decision(s3, place, "curated-000001-1", names | {
        "verdict": "promoted", "txn_version": 1, "rows_in": 1, "sequence": 1, "revision": 1})  # fmt: skip
    rows = accepted.select("row_number", pl.col("pid").str.tail(32).str.head(12).str.to_integer(base=16))
    rows = rows.with_columns(pl.lit(PERIOD).alias("period"))
    options = deltastore.options(settings, "curate")
    write_deltalake(
        lake.table("curated", place.dataset, 1), rows.to_arrow(), partition_by=["period"], storage_options=options
    )


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A store of its own: the linkage job reads every receipt, and other tests write some that hold half of one."""
    settings = new_settings(tmp_path_factory.mktemp("alone") / "var")
    with running(settings):
        provisioned(settings)
        yield settings


@pytest.fixture(scope="module")
def month(alone: Settings, tmp_path_factory: pytest.TempPathFactory) -> Month:
    root = secondkit.root(tmp_path_factory.mktemp("second"))
    (root / "infra").mkdir()
    settings = replace(alone, root=root)
    clinics = secondkit.found(settings)
    hall = replace(land.hall(settings), today=lambda: date(2026, 2, 3))
    for agency, dataset in secondkit.AGENCIES.items():
        stick = exporting.export(clinics.homes[agency], clinics.seal(agency), root / "stick" / agency)
        offline.take(settings, stick)
        (decision,) = land.land(hall, dataset)
        assert decision["verdict"] == "accepted", decision
        promote(settings, decision, _accepted(settings, dataset))
    told = service.link(service.bench(settings))
    (one,) = told
    return Month(clinics, one, _held(settings, "links", "second_links"), _held(settings, "ops", "link_weights"))


def _held(settings: Settings, layer: Literal["links", "ops"], name: str) -> pl.DataFrame:
    """A table as the linkage job left it."""
    table = DeltaTable(lake.table(layer, name, 1), storage_options=tables.bucket(settings).options)
    return pl.DataFrame(pl.from_arrow(table.to_pyarrow_table()))


def test_most_rows_without_a_number_find_their_person_and_hardly_any_another(month: Month) -> None:
    people = month.clinics.people
    visits = month.accepted(VISITS)
    lost = visits.filter(pl.col("pid").is_null())
    best = month.links.filter(pl.col("place") == 1)
    assert set(best["row_number"]) <= set(lost["row_number"])
    person = dict(zip((f"V{at:06d}" for at in range(people.records.height)), people.records["person"], strict=True))
    truth = {row: person[code] for row, code in lost.select("row_number", "visit_code").rows()}
    key = month.clinics.authority
    pids = {int(key.seal(secondkit.cid(one), "th-cid")[-32:][:12], 16): one for one in people.register["person"]}
    right = sum(pids[pid] == truth[row] for row, pid in best.select("row_number", "pid").rows())
    known = sum(one in set(people.register["person"]) for one in truth.values())
    assert right / best.height > 0.98
    assert right / known > 0.85


def test_every_link_has_its_route_and_its_weight(month: Month) -> None:
    assert month.links["route"].unique().to_list() == ["second"]
    assert month.links["weight"].is_between(0.01, 1).all()
    assert month.links.select("dataset", "period").unique().rows() == [(VISITS, PERIOD)]
    assert month.told["linked"] == month.links["row_number"].n_unique()


def test_an_analyst_reads_how_many_link_at_which_weight(month: Month) -> None:
    told = {row["route"]: row["records"] for row in month.weights.filter(pl.col("weight_from") >= 0.99).to_dicts()}
    best = month.links.filter((pl.col("place") == 1) & (pl.col("weight") >= 0.99))
    # Sixty have a number of their own; hardly anybody is in the other bands, so that they go with those.
    assert told == {"cid": None, "second": best["pid"].n_unique()}
    assert month.accepted(VISITS)["pid"].drop_nulls().n_unique() == 60
    assert all(count >= 10 for count in month.weights["records"].drop_nulls())
    assert month.weights.select("dataset", "linked_dataset", "period").unique().rows() == [(VISITS, REGISTER, PERIOD)]


def test_the_models_charts_are_kept_and_hold_no_record(month: Month) -> None:
    folder = month.clinics.settings.var / "docs" / "linkage" / f"{VISITS}-{PERIOD}"
    names = {f"{name}.{form}" for name in ("match_weights", "m_u_parameters") for form in ("json", "html")}
    assert {path.name for path in folder.iterdir()} == names == set(month.told["charts"])
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "l1.e01." not in text
        assert not re.search(r"<(script|link|img)[^>]+(src|href)=[\"']?https?:", text), "a page that asks a host"


def test_only_rows_without_a_number_have_keys_and_a_register_all(month: Month) -> None:
    visits = month.accepted(VISITS)
    assert month.told["rows"] == visits["pid"].null_count()


def test_the_keys_are_destroyed_and_a_second_job_has_nothing_to_do(month: Month) -> None:
    settings = month.clinics.settings
    root = store.client(settings, "root")
    kept = [key for key in store.list_keys(root, lake.HEADERS) if "/link-" in key and "/clinic_" in key]
    assert kept == []
    assert [key for key in store.list_keys(root, lake.LANDING) if "/link-" in key and "/clinic_" in key]
    assert service.link(service.bench(settings)) == []


def test_names_birth_dates_and_keys_are_in_no_object_of_the_pool(month: Month) -> None:
    root = store.client(month.clinics.settings, "root")
    clean = [store.get(root, bucket, key) or b"" for bucket in (lake.LAKE, lake.RECEIPTS)
             for key in store.list_keys(root, bucket) if "clinic" in key or "links/" in key]  # fmt: skip
    assert len(clean) > 5
    texts = [text.encode() for text in secondkit.names(month.clinics.people)]
    for data in clean:
        frame = pl.read_parquet(data).write_csv().encode() if data[:4] == b"PAR1" else data
        assert b"l1." not in frame
        assert not any(text in frame for text in texts)


def test_who_was_corrected_out_of_the_register_is_nobodys_candidate(month: Month) -> None:
    settings = month.clinics.settings
    gone = month.links.filter(pl.col("place") == 1)["pid"][0]
    at, options = lake.table("curated", REGISTER, 1), deltastore.options(settings, "curate")
    DeltaTable(at, storage_options=options).delete(f"pid = {gone}")
    place = lake.Submission("lreg", REGISTER, PERIOD, "c" * 32)
    promoted = {"verdict": "promoted", "txn_version": 2, "rows_in": 1, "sequence": 2, "revision": 1}
    ledger.write_decision(store.client(settings, "curate"), place, "curated-000002-1", place.named | promoted)
    (told,) = service.link(service.bench(settings))
    assert (told["dataset"], told["verdict"]) == (VISITS, "corrected")
    kept = _held(settings, "links", "second_links")
    assert kept.height == month.links.height - told["taken_out"] == month.links.filter(pl.col("pid") != gone).height
    assert kept.filter(pl.col("place") == 1).height == kept["row_number"].n_unique()
    assert service.link(service.bench(settings)) == []


def test_links_of_a_withdrawn_submission_are_taken_out(month: Month) -> None:
    """The last of this file: what it takes out is gone for the others."""
    settings = month.clinics.settings
    agency, dataset, period = (str(month.told[name]) for name in ("agency", "dataset", "period"))
    place = lake.Submission(agency, dataset, period, str(month.told["submission"]))
    assert _held(settings, "links", "second_links").height > 0
    gone = {"verdict": "withdrawn", "txn_version": 2, "rows_in": 0, "sequence": 2, "revision": 1}
    ledger.write_decision(store.client(settings, "curate"), place, "curated-000002-1", place.named | gone)
    told = service.link(service.bench(settings))
    assert told == [{"dataset": VISITS, "period": PERIOD, "verdict": "unlinked"}]
    assert _held(settings, "links", "second_links").height == 0
    assert _held(settings, "ops", "link_weights").height == 0
    assert service.link(service.bench(settings)) == []
