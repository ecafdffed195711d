"""A project from request to certificate of destruction, beside a second one, on the stack that a demo left."""

import datetime as dt
import json
import re
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
import yaml
from click.testing import CliRunner
from tests import policykit
from tests.attackkit import connect
from tests.demofixture import Demo
from tests.stackfixture import environment

from khlang import contracts, identifiers, pseudonym, store
from khlang.agency.reading import open_extract
from khlang.curation import rekey
from khlang.errors import KhlangError
from khlang.keys import authority
from khlang.lake import LAKE
from khlang.policy import book, owners
from khlang.projects import cli, keeping, orders, steps
from khlang.projects.policy_cli import policy as policy_cli
from khlang.serve import client
from khlang.serve.project import Project
from khlang.settings import Settings
from khlang.stack import secrets

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
COUNT = "SELECT count(*), count(DISTINCT pid), min(debt_baht) FROM welfare_eligibility"


def khlang(settings: Settings, *arguments: str) -> str:
    command = [str(settings.root / ".venv" / "bin" / "khlang"), *arguments]
    done = subprocess.run(
        command, env=environment(settings), cwd=settings.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def typed(settings: Settings, command: Any, *arguments: str) -> str:
    """As :func:`khlang`, in this process: what is imported for one command is there for the next."""
    done = CliRunner().invoke(command, arguments, env=environment(settings), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def ask(settings: Settings, login: str, sql: str) -> tuple[tuple[Any, ...], ...]:
    with connect(settings, login) as connection:
        return client.ask(connection, sql).rows


@pytest.fixture(scope="module")
def projects(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two active projects: the same people, the same persons in the data; one has a sample of them.

    The first has the population too, and is activated by the command; the second by a keeper on the page.
    """
    folder = tmp_path_factory.mktemp("requests")
    marts = {name: columns for name, columns in policykit.ASKED["tables"].items() if name != "population_months"}
    for name, changes in (("poverty", {}), ("sampled", {"sample": 0.5, "tables": marts})):
        agencies = owners.agencies(policykit.CONTRACTS, changes.get("tables", policykit.ASKED["tables"]))
        ends = {"ends": "2090-01-01", "replicate_until": "2091-01-01"}
        asked = {**policykit.ASKED, "name": name, **ends, **changes}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(asked, allow_unicode=True), encoding="utf-8")
        steps = [
            ("draft", str(folder / f"{name}.yaml"), "--by=analyst-a"),
            ("submit", name, "--by=analyst-a"),
            *(("consent", name, f"--agency={agency}", f"--by={agency}-owner") for agency in agencies),
            ("approve", name, "--by=keeper"),
            ("approve", name, "--by=second"),
        ]
        for step in steps:
            typed(demo.settings, cli.project, *step, "--why=for a test")
    khlang(demo.settings, "project", "activate", "poverty", "--by=keeper", "--why=for a test")
    order_on_the_page(demo.settings, "sampled", "activate")
    return demo.settings


def order_on_the_page(settings: Settings, name: str, action: str, **more: str) -> None:
    """As a keeper's browser does it at the gateway, until it is done."""
    khlang(settings, "owner", "add", "keeper.page")
    password = secrets.trino_password_file(settings, "keeper.page").read_text(encoding="utf-8").strip()
    trust = ssl.create_default_context(cafile=str(settings.trino_ca))
    with httpx.Client(base_url=settings.gateway_url, verify=trust, trust_env=False, timeout=120) as web:
        headers, page = {"Origin": settings.gateway_url}, f"/owners/keeper/projects/{name}"
        signed = web.post("/owners/sign-in", data={"account": "keeper.page", "password": password}, headers=headers)
        assert signed.status_code == 303, signed.text
        token = re.search(r'name="csrf" value="([^"]+)"', web.get(page).text)
        assert token
        form = {"csrf": token[1], "action": action, "why": "for a test"} | more
        assert web.post(page, data=form, headers=headers).status_code == 303
    last = time.monotonic() + 600
    while (told := orders.last(settings, name)) is not None and told.state == "running":
        assert time.monotonic() < last
        time.sleep(0.5)
    assert told is not None
    assert (told.action, told.state, told.message) == (action, "done", "")


def test_a_login_reads_its_project_and_the_pilot_reads_its_own(projects: Settings) -> None:
    whole, persons, _ = ask(projects, "analyst-a.poverty@workspace", COUNT)[0]
    ((pilot,),) = ask(projects, "analyst", "SELECT count(*) FROM demo.welfare_eligibility")
    assert whole == pilot
    some, fewer, _ = ask(projects, "analyst-a.sampled@workspace", COUNT)[0]
    assert 0.3 * persons < fewer < 0.7 * persons
    assert some < whole
    assert book.read(projects, "sampled").events[-1].by == "keeper.page"
    copies = book.read(projects, "poverty").snapshot["copies"]
    assert {one["table"]: one["rows"] for one in copies}["welfare_eligibility"] == whole


def test_a_project_counts_with_the_population_of_its_months(projects: Settings) -> None:
    """As many residents as the registry's own figures have persons, by amphoe; no births were sent, so no mothers."""
    residents = (
        "SELECT period, amphoe_code, count(*) FROM population_months WHERE is_resident GROUP BY 1, 2 ORDER BY 1, 2"
    )
    mine = ask(projects, "analyst-a.poverty@workspace", residents)
    figures = "SELECT period, amphoe_code, persons FROM demo.welfare_by_amphoe WHERE persons > 0 ORDER BY 1, 2"
    assert mine == ask(projects, "analyst", figures)
    registrants = """SELECT count(*), count(h.pid) FROM welfare_eligibility w
                     LEFT JOIN population_months h ON h.pid = w.pid AND h.period = w.period AND h.is_resident"""
    ((whole, found),) = ask(projects, "analyst-a.poverty@workspace", registrants)
    registered = "SELECT count(*), count_if(in_house_registry) FROM demo.welfare_eligibility"
    assert ((whole, found),) == ask(projects, "analyst", registered)
    ((mothers,),) = ask(projects, "analyst-a.poverty@workspace", "SELECT count(mother_pid) FROM population_months")
    assert mothers == 0


def test_canary_accounts_find_the_policy_in_force(projects: Settings) -> None:
    for login in ("mof.officer", "province10.officer"):
        typed(projects, policy_cli, "open", login, "--by=keeper", "--why=for a test")
    try:
        told = khlang(projects, "policy", "canary")
    finally:
        for login in ("mof.officer", "province10.officer"):
            typed(projects, policy_cli, "close", login, "--by=keeper", "--why=for a test")
    assert "ตามนโยบาย / as the policy says" in told
    assert "not asked" not in told


@pytest.mark.parametrize(
    ("login", "sql"),
    [
        ("analyst-a.poverty", "SELECT count(*) FROM poverty.welfare_eligibility"),
        ("analyst-a.poverty", "SELECT count(*) FROM poverty.population_months"),
        ("analyst-a.poverty@workspace", "SELECT cars FROM poverty.welfare_eligibility"),
        ("analyst-a.poverty@workspace", "SELECT count(*) FROM sampled.welfare_eligibility"),
        ("analyst-a.poverty", "SELECT count(*) FROM demo.welfare_eligibility"),
        ("analyst", "SELECT count(*) FROM poverty.welfare_eligibility"),
        ("analyst", "SELECT count(*) FROM poverty.welfare_eligibility_v1"),
        ("engineer", "SELECT count(*) FROM poverty.welfare_by_amphoe"),
    ],
)
@pytest.mark.attack(
    "another project's tables, columns that were not asked for, the pilot's",
    guard="the workspace holds only what was given",
    control="test_a_login_reads_its_project_and_the_pilot_reads_its_own",
)
def test_nobody_reads_what_was_not_given(projects: Settings, login: str, sql: str) -> None:
    with pytest.raises(client.QueryError):
        ask(projects, login, sql)


@pytest.mark.attack(
    "two projects' tables joined by pid",
    guard="a key a project",
    control="test_two_projects_cannot_be_joined_by_pid",
)
def test_two_projects_cannot_be_joined_by_pid(projects: Settings) -> None:
    pids = {
        name: {
            row[0]
            for row in ask(projects, f"analyst-b.{name}@workspace", "SELECT DISTINCT pid FROM welfare_eligibility")
        }
        for name in ("poverty", "sampled")
    }
    pilot = {row[0] for row in ask(projects, "analyst", "SELECT DISTINCT pid FROM demo.welfare_eligibility")}
    assert pids["poverty"]
    assert not pids["poverty"] & pids["sampled"]
    assert not pids["poverty"] & pilot


def test_the_policy_says_why_and_that_nothing_waits(projects: Settings) -> None:
    said = khlang(
        projects, "policy", "explain", "analyst-a.poverty@workspace", "poverty.welfare_eligibility", "debt_baht"
    )
    assert "may read" in said
    assert "Approved by: keeper, second" in said
    assert "No right changes" in typed(projects, policy_cli, "diff")
    assert "poverty  active" in typed(projects, cli.project, "list")


def test_one_person_leads_to_a_row_of_the_agencys_own_file(projects: Settings, tmp_path: Path) -> None:
    """The whole way back by the documented commands, over the stack's own spine and tables; the row is held by keys."""
    ((pid,),) = ask(projects, "analyst-a.poverty@workspace", "SELECT min(pid) FROM welfare_eligibility")
    table = contracts.load()["welfare_registrants"]
    home, stick = projects.agency(table.agency), tmp_path / "stick"
    khlang(projects, "keys", "split", "--keeper=a", "--keeper=b", "--keeper=c", "--need=2", f"--out={stick}")
    khlang(projects, "keys", "publish")
    khlang(projects, "keys", "bundle", f"--agency={table.agency}", f"--out={tmp_path / 'bundle'}")
    khlang(projects, "keys", "export", f"--out={tmp_path / 'key'}")
    khlang(projects, "agency", "init", f"--bundle={tmp_path / 'bundle'}", f"--key-file={tmp_path / 'key'}",
           f"--home={home}")  # fmt: skip
    (tmp_path / "who").write_text(f"{pid}\n", encoding="utf-8")
    asked, request, answer = (tmp_path / name for name in ("q", "r", "a"))
    reasons = ("--legal-basis=PDPA 24(2)", "--by=analyst-a", "--why=a child at risk", f"--out={asked}")
    named = (f"--dataset={table.name}", f"--pid-file={tmp_path / 'who'}")
    told = khlang(projects, "project", "reidentify", "poverty", *named, *reasons)
    told += khlang(projects, "keys", "reidentify", "ask", str(asked), f"--enrolment={home / 'enrolment.json'}",
                   f"--out={request}")  # fmt: skip
    for one in ("a", "c"):
        told += khlang(projects, "keys", "reidentify", "share", str(request), f"--share={stick / one}.share",
                       "--why=lawful", "--yes", f"--out={tmp_path / one}.agreed")  # fmt: skip
    number = json.loads(request.read_bytes())["request"]
    agreed = map(str, sorted(tmp_path.glob("*.agreed")))
    told += khlang(projects, "keys", "reidentify", "answer", number, *agreed, "--by=keeper", f"--out={answer}")
    assert str(pid) not in told
    row = json.loads(khlang(projects, "agency", "reidentify", str(answer), f"--home={home}", "--json"))
    file = home / "extracts" / table.name / row["period"] / row["file"]
    (raw,) = [
        chunk.filter(chunk["source_row"] == row["row"])[table.person.name][0]
        for chunk in open_extract([file], table, contracts.load()).chunks()
        if row["row"] in chunk["source_row"]
    ]
    assert project_pid(projects, str(raw)) == pid


def project_pid(settings: Settings, raw: str) -> int:
    """What the project calls a person: only here, where every key lies on one machine."""
    cid = str(identifiers.normalise(raw, type="th-cid", simulation=True)[0])
    source = authority.open_(settings.authority).seal(cid, "th-cid")
    (pooled,) = rekey.pool(settings).column(pl.Series([source]))
    own = Project.of(settings, "poverty")
    return pseudonym.pid_of(pseudonym.project_pseudonym(pooled, key=own.derived(), project=own.name))


def test_a_keeper_extends_and_revokes_on_the_page(projects: Settings) -> None:
    assert ask(projects, "analyst-a.sampled@workspace", COUNT)
    order_on_the_page(projects, "sampled", "extend", ends="2090-03-01")
    assert book.read(projects, "sampled").ends == "2090-03-01"
    eventually(lambda: ask(projects, "analyst-a.sampled@workspace", COUNT))
    order_on_the_page(projects, "sampled", "revoke", sure="yes")
    assert book.read(projects, "sampled").stage == "revoked"
    eventually_refused(lambda: ask(projects, "analyst-a.sampled@workspace", COUNT))
    assert ask(projects, "analyst-a.poverty@workspace", COUNT), "nobody else's"


def test_after_the_last_day_access_ends_and_after_escrow_all_goes(projects: Settings) -> None:
    def on(day: str, command: Any, *arguments: str) -> str:
        with steps.at(dt.datetime.fromisoformat(f"{day}T09:00:00+00:00")):
            return typed(projects, command, *arguments)

    assert "loses poverty.welfare_eligibility: debt_baht" in on("2090-01-02", policy_cli, "diff")
    assert on("2090-01-02", cli.project, "expire") == "ปิด / closed: poverty\n"
    eventually_refused(lambda: ask(projects, "analyst-a.poverty@workspace", COUNT))
    extended = ("extend", "poverty", "--ends=2090-03-01", "--by=third", "--why=the paper is under review")
    assert "poverty: active" in on("2090-01-02", cli.project, *extended)
    eventually(lambda: ask(projects, "analyst-a.poverty@workspace", COUNT))
    assert on("2090-03-02", cli.project, "expire") == "ปิด / closed: poverty\n"
    root = store.client(projects, "root")
    kept = list(store.list_keys(root, LAKE, "projects/poverty/"))
    assert [key for key in kept if key.endswith(".parquet")]
    assert keeping.key_file(projects, "poverty").exists()
    with pytest.raises(KhlangError) as early:
        on("2090-06-01", cli.project, "destroy", "poverty", "--by=keeper", "--why=too early")
    assert early.value.code == "PROJECT-ESCROW"

    told = on("2091-01-02", cli.project, "destroy", "poverty", "--by=keeper", "--why=replication is over")
    certificate = Path(told.splitlines()[-1])
    assert "the signature holds" in on("2091-01-02", cli.project, "verify", str(certificate))
    assert json.loads(certificate.read_bytes())["files"] == len(kept)
    assert list(store.list_keys(root, LAKE, "projects/poverty/")) == []
    assert list(store.list_keys(root, LAKE, "projects/sampled/")) != []
    assert not keeping.key_file(projects, "poverty").exists()
    assert not list(projects.secrets.glob("trino-*.poverty.password"))
    forged = {**json.loads(certificate.read_bytes()), "files": 0}
    with pytest.raises(KhlangError):
        keeping.verify(forged, public=(projects.registry / "receipt.pub").read_text().strip())


@pytest.mark.soak
def test_the_tour_goes_the_whole_way(projects: Settings) -> None:
    told = khlang(projects, "project", "tour")
    steps = [line.split(" s  ", 1)[1] for line in told.splitlines()]
    assert steps[0] == "draft  draft"
    assert steps[-2].endswith("of its workspace, and the key; signed")
    assert sum("refused: " in one for one in steps) == 3
    assert any(one.startswith("run it inside") and one.endswith("provinces") for one in steps)
    assert "tour1  destroyed" in khlang(projects, "project", "list")


def eventually(ask_: Callable[[], Any]) -> None:
    """Trino takes rules up within a second."""
    for _ in range(40):
        try:
            assert ask_()
        except KhlangError:
            time.sleep(0.25)
        else:
            return
    pytest.fail("an extended project is not readable")


def eventually_refused(ask_: Callable[[], Any]) -> None:
    """Trino takes rules up within a second and passwords within five: from then on the login is no login."""
    for _ in range(40):
        try:
            ask_()
        except (KhlangError, FileNotFoundError):
            return
        time.sleep(0.25)
    pytest.fail("an account of an expired project still reads")
