"""Back to one person: one at a time, by enough keepers, for the agency that sealed; nobody else learns who it is."""

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests import agency_kit, reidkit
from tests.refusalkit import expect_raised
from tests.reidkit import ACTIVE, DATASET, PERIOD, World

from khlang import reidentification as papers
from khlang.agency import home as home_
from khlang.agency import reidentifying
from khlang.agency.cli import agency
from khlang.agency.home import Home
from khlang.errors import KhlangError
from khlang.keys import reidentify, shares
from khlang.keys.cli import keys
from khlang.policy import book
from khlang.projects import cli as project_cli
from khlang.projects import reidentify as asking
from khlang.projects import steps
from khlang.reidentification import Pointer

NEXT = ACTIVE + dt.timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return reidkit.world(tmp_path / "var")


def test_the_agency_finds_the_row_and_only_there(world: World) -> None:
    for day, person in enumerate((world.persons[3], world.persons[20])):
        at = ACTIVE + dt.timedelta(days=day)
        request = world.request(world.ask(person["pid"], at), at)
        answer = world.answer(request, world.agreed(request, (2, 0) if day else (0, 1)), at)
        row = reidentifying.found(world.kit.home, answer)
        assert (row.file, row.row) == ("registrants.csv", person["row"])
        line = (world.kit.root / "registrants.csv").read_text(encoding="utf-8-sig").splitlines()[row.row - 1]
        assert person["cid"] in line


@pytest.mark.attack(
    "a pointer opened, or an answer made, by one keeper fewer than are needed, and by one keeper twice",
    guard="Shamir's shares seal the key",
    control="test_the_agency_finds_the_row_and_only_there",
)
def test_too_few_keepers_open_nothing_and_make_nothing(world: World) -> None:
    request = world.request(world.ask())
    for few in (world.agreed(request, (0,)), world.agreed(request, (0, 0))):
        expect_raised(lambda f=few: world.answer(request, f), code="REID-KEEPERS", exit_code=50, says="are needed")  # type: ignore[misc]
    # With the count off, the share still is not the secret: what holds is the scheme and no comparison.
    alone = {world.shares[0].number: bytes.fromhex(world.shares[0].share)}
    folder = world.kit.authority.folder
    expect_raised(lambda: shares.unsealed(folder, alone), code="REID-KEEPERS", exit_code=50, says="do not open")
    assert [one["action"] for one in reidentify.events(folder)] == ["ask"]
    # A paper that somebody signs with another key is no answer.
    told = {**json.loads(request), "sealed": "", "paper": "khlang-reidentification-answer-1"}
    with pytest.raises(KhlangError) as forged:
        reidentifying.found(world.kit.home, json.dumps(told).encode())
    assert forged.value.code == "SIGNATURE"
    assert reidentifying.found(world.kit.home, world.answer(request, world.agreed(request)))


@pytest.mark.attack(
    "an agreement of another keeper's share, of an earlier request, or replayed after the answer",
    guard="a hash of each share, a one-time key a request",
    control="test_the_agency_finds_the_row_and_only_there",
)
def test_an_agreement_is_of_its_keeper_and_its_request(world: World) -> None:
    first = world.request(world.ask())
    old = world.agreed(first)
    forged = shares.Share("second", 2, "00" * 16, world.shares[1].authority)
    wrong = [*world.agreed(first, (0,)), reidentify.share(first, forged, why="lawful")]
    expect_raised(lambda: world.answer(first, wrong), code="REID-SHARE", exit_code=21, says="share of second")
    world.answer(first, old)
    expect_raised(lambda: world.answer(first, old), code="REID-NONE", exit_code=2, says="is open")
    second = world.request(world.ask(at=NEXT), NEXT)
    expect_raised(lambda: world.answer(second, old), code="REID-AGREED", exit_code=25, says="another request")
    other = shares.Share("first", 1, world.shares[0].share, "00" * 32)
    with pytest.raises(KhlangError) as caught:
        reidentify.share(second, other, why="lawful")
    assert caught.value.code == "SIGNATURE", "a keeper's share goes to the authority that gave it"
    expect_raised(lambda: reidentify.share(second, world.shares[0], why="."), code="REID-WHY", exit_code=2)


@pytest.mark.attack(
    "two persons in one request, two requests of a day, two requests at once, one question twice",
    guard="one row a pointer; the pool and the authority count, each in its own chained book",
    control="test_the_agency_finds_the_row_and_only_there",
)
def test_one_person_at_a_time(world: World) -> None:
    two = f"{world.persons[0]['pid']}\n{world.persons[1]['pid']}\n"
    for text in (two, "", "12.5", "-1", str(2**48), "๑๒"):
        expect_raised(lambda t=text: asking.pid(t), code="REID-ONE", exit_code=20, says="exactly one")  # type: ignore[misc]
    question = world.ask()
    expect_raised(world.ask, code="REID-DAY", exit_code=50, says="stands in its book")
    said = [one.data["outcome"] for one in book.read(world.settings, "poverty").events if one.action == "reidentify"]
    assert said == ["asked", "refused: one a day"]
    request = world.request(question)
    later = world.ask(world.persons[5]["pid"], NEXT)
    expect_raised(lambda: world.request(later, NEXT), code="REID-BUSY", exit_code=2, says="one person at a time")
    told = json.loads(request)["request"]
    reidentify.refuse(world.kit.authority, told, by="operator", why="no legal basis", at=ACTIVE)
    expect_raised(lambda: world.request(question, NEXT), code="REID-AGAIN", exit_code=2, says="asked already")
    expect_raised(lambda: world.request(later), code="REID-DAY", exit_code=50, says="of this day")
    assert world.request(later, NEXT)
    actions = [(one["action"], one.get("code")) for one in reidentify.events(world.kit.authority.folder)]
    turned = [("turned away", code) for code in ("REID-BUSY", "REID-AGAIN", "REID-DAY")]
    assert actions == [("ask", None), turned[0], ("refuse", None), *turned[1:], ("ask", None)]


@pytest.mark.parametrize(
    ("changed", "code", "exit_code"),
    [({"row_number": [4, 5]}, "REID-ONE", 20), ({"dataset": "insured_persons"}, "REID-POINTER", 25)],
)
def test_a_pool_that_asks_for_more_than_it_says_gets_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, changed: dict[str, object], code: str, exit_code: int
) -> None:
    """Two persons behind one request, or another dataset than the keepers were told of."""
    honest = Pointer.sealed

    def greedy(self: Pointer, recipient: object) -> str:
        self.__dict__.update(changed)
        return honest(self, recipient)

    monkeypatch.setattr(Pointer, "sealed", greedy)
    request = world.request(world.ask())
    agreed = world.agreed(request)
    expect_raised(lambda: world.answer(request, agreed), code=code, exit_code=exit_code)


@pytest.mark.attack(
    "an answer opened by another agency, or its key put in the place of the sealing agency's",
    guard="encrypted to the enrolled signing key, which the authority keeps from the first time on",
    control="test_the_agency_finds_the_row_and_only_there",
)
def test_another_agency_opens_nothing(world: World, tmp_path: Path) -> None:
    other = Home(tmp_path / "dlt")
    home_.start(other.path, bundle=world.kit.bundle_text("dlt"), sealing_key=world.kit.authority.source_secret().hex())
    request = world.request(world.ask())
    answer = world.answer(request, world.agreed(request))
    expect_raised(lambda: reidentifying.found(other, answer), code="REID-OPEN", exit_code=25, says="somebody else")
    again = world.ask(at=NEXT)
    for enrolment in (other.enrolment(), {**other.enrolment(), "agency": "mof"}):
        expect_raised(
            lambda e=enrolment: world.request(again, NEXT, e),  # type: ignore[misc]
            code="REID-AGENCY", exit_code=22, says="another key than before",
        )  # fmt: skip
    expect_raised(lambda: world.request(again, NEXT, {"public_key": "x"}), code="REID-PAPER", exit_code=20)


def test_both_books_tell_who_asked_for_what_and_why(world: World) -> None:
    request = world.request(world.ask())
    world.answer(request, world.agreed(request, (0, 2)))
    event = book.read(world.settings, "poverty").events[-1]
    assert (event.action, event.by, event.why) == ("reidentify", "analyst-a", "a child at risk")
    assert event.data["legal_basis"] == "PDPA section 24(2)"
    asked, answered = reidentify.events(world.kit.authority.folder)
    for one in (asked, answered):
        assert (one["project"], one["by"], one["purpose"]) == ("poverty", "analyst-a", "a child at risk")
    assert answered["keepers"] == {"first": "lawful", "third": "lawful"}
    assert answered["run_by"] == "operator"


def test_no_file_but_the_agencys_holds_a_cid_and_no_paper_a_pseudonym(world: World) -> None:
    person = world.persons[3]
    question = world.ask(person["pid"])
    request = world.request(question)
    answer = world.answer(request, world.agreed(request))
    row = reidentifying.found(world.kit.home, answer)
    pool = [path for name in ("registry", "secrets", "lake") for path in (world.settings.var / name).rglob("*")]
    held = b"".join(path.read_bytes() for path in pool if path.is_file() and path.suffix != ".parquet")
    authority = b"".join(path.read_bytes() for path in world.kit.authority.folder.rglob("*") if path.is_file())
    papers = question + request + answer
    told = (str(person["pid"]), str(row.pointer.row_number) + ",", row.pointer.submission, "s1.e01.", "p1.e01.", "j1.")
    for text in (person["cid"], *told):
        assert text.encode() not in papers, "a paper says who it is"
    for text in (person["cid"], "s1.e01." + row.pointer.submission[:8], str(person["pid"])):
        assert text.encode() not in held + authority
    assert not list((shares.folder(world.kit.authority.folder) / "open").iterdir()), "the one-time key is gone"


def test_whom_the_pool_does_not_look_for(world: World) -> None:
    free = ACTIVE
    for person, changes, code, exit_code in (
        (123, {}, "REID-NONE", 2),
        (None, {"dataset": "insured"}, "REID-DATASET", 20),
        (None, {"by": "stranger"}, "WORKSPACE-PERSON", 50),
    ):
        free += dt.timedelta(days=1)
        expect_raised(
            lambda p=person, c=changes, at=free: world.ask(p, at, **c),  # type: ignore[misc]
            code=code, exit_code=exit_code,
        )  # fmt: skip
    over = dt.datetime(2027, 7, 2, tzinfo=dt.UTC)
    expect_raised(lambda: world.ask(at=over), code="WORKSPACE-OVER", exit_code=2)
    gone = asking.Pool(world.pool.place, dict)
    with steps.at(NEXT):
        told = {"dataset": DATASET, "legal_basis": "law", "by": "analyst-a", "why": "withdrawn"}
        expect_raised(
            lambda: asking.ask(world.settings, "poverty", world.persons[0]["pid"], **told, where=gone),
            code="REID-DAY", exit_code=50,
        )  # fmt: skip
    with steps.at(over - dt.timedelta(days=30)):
        expect_raised(
            lambda: asking.ask(world.settings, "poverty", world.persons[0]["pid"], **told, where=gone),
            code="REID-NONE", exit_code=2, says="standing row",
        )  # fmt: skip
    (world.settings.registry / "reidentification.json").unlink()
    later = over - dt.timedelta(days=20)
    expect_raised(lambda: world.ask(at=later), code="REID-KEY", exit_code=10, says="khlang keys split")


def test_what_the_agency_lacks_it_is_told(world: World, tmp_path: Path) -> None:
    request = world.request(world.ask())
    answer = world.answer(request, world.agreed(request))
    kept = world.kit.home.rowmap(DATASET, PERIOD, world.sealed.manifest["submission"])
    kept.rename(tmp_path / "kept")
    error = expect_raised(lambda: reidentifying.found(world.kit.home, answer), code="REID-ROWMAP", exit_code=10)
    assert "backup" in error.remedy
    (tmp_path / "kept").rename(kept)
    old = agency_kit.make(tmp_path / "before")
    expect_raised(lambda: reidentifying.found(old.home, answer), code="REID-BUNDLE", exit_code=23, says="new bundle")


def test_the_whole_way_by_the_documented_commands(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHLANG_VAR", str(world.settings.var))
    (world.kit.root / "mof").rename(world.kit.root / "office")  # `agencies/…` is where a demo has them
    monkeypatch.setenv("KHLANG_AGENCY_HOME", str(world.kit.root / "office"))
    monkeypatch.setattr(asking, "pool", lambda _: world.pool)
    monkeypatch.chdir(tmp_path)
    run = CliRunner()

    def give(group: object, *words: str) -> str:
        with steps.at(ACTIVE):
            done = run.invoke(group, words, catch_exceptions=False)  # type: ignore[arg-type]
        assert done.exit_code == 0, done.output
        return done.output

    named = [word for one in ("first", "second", "third") for word in ("--keeper", one)]
    stick = tmp_path / "stick"
    beside = run.invoke(keys, ["split", *named, "--need", "2", "--out", str(world.settings.var / "x"), "--anew"])
    assert isinstance(beside.exception, KhlangError)
    assert beside.exception.code == "REID-OUT"
    given = give(keys, "split", *named, "--need", "2", "--out", str(stick), "--anew")
    give(keys, "publish")
    home = Home(world.kit.root / "office")
    home_.start(home.path, bundle=world.kit.bundle_text(), sealing_key=world.kit.authority.source_secret().hex())
    (tmp_path / "who").write_text(f"{world.persons[7]['pid']}\n", encoding="utf-8")
    asked = ("reidentify", "poverty", "--dataset", DATASET, "--legal-basis", "PDPA 24(2)", "--by", "analyst-a")
    told = give(project_cli.project, *asked, "--why", "a child at risk", "--pid-file", "who")
    question = next(tmp_path.glob("*.question"))
    id_ = question.stem
    told += give(keys, "reidentify", "ask", question.name, "--enrolment", str(home.path / "enrolment.json"))
    assert "a child at risk" in told
    for one in ("third", "first"):
        words = ("share", f"{id_}.request", "--share", str(stick / f"{one}.share"), "--why", "lawful", "--yes")
        told += give(keys, "reidentify", *words)
    agreed = sorted(path.name for path in tmp_path.glob("*.agreed"))
    told += give(keys, "reidentify", "answer", id_, *agreed, "--by", "operator")
    told += give(agency, "reidentify", f"{id_}.answer", "--home", str(home.path))
    assert f"registrants.csv แถว / row {world.persons[7]['row']}, pid" in told
    as_json = give(agency, "reidentify", f"{id_}.answer", "--json")
    assert json.loads(as_json)["row"] == world.persons[7]["row"]
    assert "Open: none" in give(keys, "reidentify", "list")
    for secret in (str(world.persons[7]["pid"]), world.persons[7]["cid"]):
        assert secret not in told + given
    for path in stick.iterdir():
        assert json.loads(path.read_text())["share"] not in told + given


def test_papers_that_do_not_belong_together(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = dict.fromkeys(papers.FACTS, "x") | {"request": "0123456789abcdef", "agency": "dlt"}
    pair = shares.opened(world.kit.authority.folder, world.shares)
    pointer = Pointer(told["request"], "dlt", "vehicles", PERIOD, "ab" * 32, 1, "pid")
    mine = papers.recipient_of(world.kit.home.enrolment()["public_key"])
    answer = papers.paper("answer", {**told, "sealed": pointer.sealed(mine)}, pair.signing)
    expect_raised(
        lambda: reidentifying.found(world.kit.home, answer), code="REID-OPEN", exit_code=25, says="not of this"
    )
    monkeypatch.setenv("KHLANG_VAR", str(world.settings.var))
    request = tmp_path / "r.request"
    request.write_bytes(world.request(world.ask()))
    for text, says in (("{}", "is no share"), ("?", "is not readable")):
        (tmp_path / "own.share").write_text(text, encoding="utf-8")
        words = ["reidentify", "share", str(request), "--share", str(tmp_path / "own.share"), "--why", "lawful"]
        refused = CliRunner().invoke(keys, words).exception
        assert isinstance(refused, KhlangError)
        assert refused.code == "REID-PAPER"
        assert says in str(refused)
