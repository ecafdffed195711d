"""Staff read their own rows, and no column of a class that their role does not read; every table is decided on."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests import policykit
from tests.policykit import CONTRACTS, ROLES, member

from khlang import settings as settings_
from khlang.errors import AccessError, ContractError, InputError, IntegrityError, UsageError
from khlang.policy import accounts, staff
from khlang.policy.compile import diff, granted, policy, rights, rules, served
from khlang.policy.explain import Asked, explain
from khlang.policy.request import narrowed

FILE = Path(__file__).parents[3] / "contracts" / "staff.yaml"
DAY = dt.date(2026, 12, 2)
OWNER, PROVINCE = (member(login) for login in ("mof.officer", "province10.officer"))
HELD = policy(CONTRACTS, [], DAY, [OWNER, PROVINCE])
RULES = rules(CONTRACTS, HELD)


@pytest.mark.parametrize("role", ROLES, ids=[role.name for role in ROLES])
def test_every_served_table_is_given_or_withheld_with_a_reason(role: staff.Role) -> None:
    assert staff.unsaid(role, CONTRACTS) == set(), "decide in contracts/staff.yaml"
    assert [why for why in role.withheld.values() if len(why) < 20] == []


@pytest.mark.parametrize(
    ("login", "table", "rows"),
    [
        ("mof.officer", "ops.link_rates", "agency = 'mof'"),
        ("mof.officer", "demo.history_months", "dataset IN ('welfare_registrants')"),
        ("province10.officer", "demo.welfare_eligibility_v1", "province_code = '10'"),
    ],
)
def test_a_table_and_its_views_are_filtered_alike(login: str, table: str, rows: str) -> None:
    schema, _, name = table.partition(".")
    assert granted(RULES, login, schema, name)["filter"] == rows


def test_no_rule_gives_staff_a_table_of_persons_unmasked() -> None:
    for one in (OWNER, PROVINCE):
        for name, table in served(CONTRACTS, HELD).items():
            schema = name.partition(".")[0]
            rule = granted(RULES, one.login, schema, table.name)
            if not rule or schema == "common":
                continue
            masks = {mask["name"]: mask["mask"] for mask in rule.get("columns", ())}
            shown = {column.personal for column in table.stored if column.name not in masks}
            assert rule["filter"]
            assert shown <= {"none", "quasi"}
            assert set(masks.values()) <= {"NULL"}


def test_what_is_withheld_or_nobodys_is_not_read() -> None:
    for login, names in (("mof.officer", ("linked_records", "welfare_eligibility")),
                         ("province10.officer", ("person_address", "linked_records", "air_arrivals"))):  # fmt: skip
        assert [name for name in names if granted(RULES, login, "demo", name)] == []
    assert not granted(RULES, "mofxofficer", "ops", "link_rates")


@pytest.mark.parametrize(
    "login", ["mof", "nobody.x", "province00.x", "province1.x", "MOF.x", "mof.x.y", "analyst-a.mof"]
)
def test_a_login_of_nobody_is_refused(login: str) -> None:
    with pytest.raises(InputError) as refused:
        member(login)
    assert refused.value.code == "POLICY-LOGIN"


@pytest.mark.parametrize("person", ["mof", "province10"])
def test_a_projects_person_is_not_called_like_an_agency_or_a_province(person: str) -> None:
    with pytest.raises(InputError, match="name"):
        narrowed(policykit.request(people=[person]), CONTRACTS)


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "street"},
        {"reads": ["none", "all"]},
        {"tables": {"demo.nowhere": "province_code"}},
        {"tables": {"demo.crop_rain": "crop_code"}},
        {"tables": {"demo.air_arrivals": "province_code"}},
        {"reads": ["none"]},
        {"more": 1},
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    told = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    told["province"] |= change
    (tmp_path / "staff.yaml").write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ContractError) as refused:
        staff.load(tmp_path / "staff.yaml", CONTRACTS)
    assert refused.value.code == "POLICY-STAFF"


@pytest.mark.parametrize("text", ["[]", "{", None])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, text: str | None) -> None:
    if text:
        (tmp_path / "staff.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError):
        staff.load(tmp_path / "staff.yaml", CONTRACTS)


def test_a_filter_and_a_mask_that_change_are_told() -> None:
    tables = served(CONTRACTS, HELD)
    open_ = [{**rule, "filter": "", "columns": []} if "filter" in rule else rule for rule in RULES["tables"]]
    now = rights(RULES, tables, ["province10.officer"])
    changes = diff(now, rights({"tables": open_}, tables, ["province10.officer"]))
    one = next(change for change in changes if change.table == "demo.flooded_homes")
    assert (one.gains, one.loses) == (
        ("house_id", "total_damage_baht"),
        ("house_id (masked)", "total_damage_baht (masked)"),
    )
    assert one.rows == ("province_code = '10'", "")
    assert next(change for change in changes if change.table == "demo.crop_rain").gains == ()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Asked("mof.officer", "ops.link_rates", "rows_in"), ["may read", "agency = 'mof'", "shown as it is"]),
        (Asked("mof.officer", "ops.linkage", "records"), ["may not read", "groups below ten"]),
        (Asked("mof.officer", "demo.air_arrivals", "flights"), ["may not read", "no column that says whose"]),
        (Asked("mof.officer", "common.provinces", "name_th"), ["may read", "every account"]),
        (
            Asked("province10.officer", "demo.welfare_eligibility", "debt_baht"),
            ["may read", "province_code = '10'", "class sensitive", "masked (NULL is shown)"],
        ),
    ],
)
def test_staffs_rights_are_explained(asked: Asked, told: list[str]) -> None:
    text = "\n".join(explain(CONTRACTS, {}, DAY, asked, [OWNER, PROVINCE]))
    assert [part for part in told if part not in text] == []
    assert explain(CONTRACTS, {}, DAY, asked)[0].endswith(f"may not read {asked.column} of {asked.table}.")


AT = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


def test_the_book_of_accounts(tmp_path: Path) -> None:
    here = settings_.load({"KHLANG_VAR": str(tmp_path)})
    assert accounts.opened(here) == {}
    accounts.write(here, "open", "mof.officer", by="keeper", why="for a test", at=AT)
    accounts.write(here, "open", "moi.officer", by="keeper", why="for a test", at=AT)
    with pytest.raises(UsageError):
        accounts.write(here, "open", "mof.officer", by="keeper", why="for a test", at=AT)
    accounts.write(here, "close", "mof.officer", by="keeper", why="left the office", at=AT)
    assert list(accounts.opened(here)) == ["moi.officer"]
    with pytest.raises(UsageError) as refused:
        accounts.write(here, "close", "mof.officer", by="keeper", why="for a test", at=AT)
    assert refused.value.code == "POLICY-STATE"
    lines = accounts.path(here).read_bytes().splitlines()
    accounts.path(here).write_bytes(b"\n".join([*lines[:1], *lines[2:]]) + b"\n")
    with pytest.raises(IntegrityError) as cut:
        accounts.opened(here)
    assert cut.value.code == "POLICY-BOOK"


@pytest.mark.parametrize(
    ("by", "why", "kind", "code"),
    [
        ("officer", "for a test", AccessError, "POLICY-EYES"),
        ("mof.officer", "for a test", AccessError, "POLICY-EYES"),
        ("keeper", ".", UsageError, "POLICY-WHY"),
        (" ", "for a test", UsageError, "POLICY-WHY"),
    ],
)
def test_an_account_is_opened_by_somebody_else_with_a_reason(
    tmp_path: Path, by: str, why: str, kind: type[Exception], code: str
) -> None:
    here = settings_.load({"KHLANG_VAR": str(tmp_path)})
    with pytest.raises(kind) as refused:
        accounts.write(here, "open", "mof.officer", by=by, why=why, at=AT)
    assert getattr(refused.value, "code", "") == code
    assert not accounts.path(here).exists()
