"""Sealing and sending: one content is one submission, and each thing that is wrong has its own refusal."""

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests import agency_kit
from tests.agency_kit import Kit

from khlang import errors, manifest, pseudonym, receipt
from khlang.agency import home as home_
from khlang.agency import parts, sending, submission
from khlang.agency.cli import agency
from khlang.agency.gateway import TRIES, Gateway
from khlang.agency.submission import Submission
from khlang.errors import KhlangError


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str | None]]:
    return agency_kit.registrants(50)


def seal(kit: Kit, file: Path, **changes: Any) -> Submission:
    return submission.seal(kit.home, file, **({"dataset": "welfare_registrants", "period": "2569-01"} | changes))


@pytest.fixture(scope="module")
def sealed(kit: Kit, rows: list[dict[str, str | None]]) -> Submission:
    return seal(kit, agency_kit.write_csv(kit.root / "x.csv", rows))


def test_what_leaves(kit: Kit, rows: list[dict[str, str | None]], sealed: Submission) -> None:
    opened = kit.opened(sealed.folder)
    assert sealed.manifest["period"] == "2026-01"
    assert (sealed.manifest["rows"], sealed.manifest["canary_rows"], opened.height) == (50, 4, 54)
    assert opened["row_number"].to_list() == list(range(1, 55))
    assert set(opened.dtypes) == {pl.Int64, pl.String}
    key = kit.authority.source_key()
    expected = {pseudonym.source_pseudonym(str(row["pid"]), key=key, epoch="e01", type="th-cid") for row in rows}
    assert expected < set(opened["pid"])
    assert not {"ชื่อ-สกุล", "โทรศัพท์", "source_row"} & set(opened.columns)


def test_row_map_leads_back(kit: Kit, rows: list[dict[str, str | None]], sealed: Submission) -> None:
    rowmap = pl.read_parquet(kit.home.rowmap("welfare_registrants", "2026-01", sealed.manifest["submission"]))
    joined = kit.opened(sealed.folder).join(rowmap, on="row_number")
    data = joined.filter(pl.col("source_row").is_not_null())
    key = kit.authority.source_key()
    for row, s in zip(data["source_row"], data["pid"], strict=True):
        assert s == pseudonym.source_pseudonym(str(rows[row - 2]["pid"]), key=key, epoch="e01", type="th-cid")
    assert joined.height - data.height == 4
    assert data["source_row"].to_list() != sorted(data["source_row"]), "not shuffled"


def test_manifest_and_signature(kit: Kit, sealed: Submission) -> None:
    data = (sealed.folder / "manifest.json").read_bytes()
    signature = (sealed.folder / "manifest.sig").read_text(encoding="ascii").strip()
    manifest.verify(data, signature, manifest.public_hex(kit.home.signing_key()))
    made = manifest.parse(data)
    assert [hashlib.sha256(inner).hexdigest() for inner in kit.inner(sealed.folder)] == [
        part["inner_sha256"] for part in made["parts"]
    ]
    assert not list(sealed.folder.parent.glob(".*")), "a half-done folder stayed"


def test_same_content_is_the_same_folder(kit: Kit, sealed: Submission) -> None:
    again = seal(kit, kit.root / "x.csv", period="2026-01")
    assert (again.folder, again.reused) == (sealed.folder, True)


def test_reasons_are_counted(kit: Kit) -> None:
    rows = agency_kit.registrants(20, seed=1)
    for row, text in zip(rows, [None, "-", "12345", "9123456789011", "9999999999994", "9.1E+12"], strict=False):
        row["pid"] = text
    made = seal(kit, agency_kit.write_csv(kit.root / "reasons.csv", rows))
    reasons = {"bad_check": 1, "bad_format": 2, "missing": 2, "placeholder": 1}
    assert made.manifest["pid_reasons"]["pid"] == reasons
    opened = kit.opened(made.folder)
    assert (opened["pid"].is_null() == opened["pid_reason"].is_not_null()).all()


def test_year_only_of_a_birth_date(tmp_path: Path) -> None:
    kit = agency_kit.make(tmp_path, "dopa")
    table = kit.home.bundle().table("house_registry")
    values = {"pid": agency_kit.cid(5), "house_id": "10010234567", "birth_year": "๕ มกราคม ๒๕๑๐"}
    frame = pl.DataFrame({column.headers[-1]: [values.get(column.name, "1")] for column in table.columns})
    frame.write_csv(tmp_path / "x.csv")
    made = seal(kit, tmp_path / "x.csv", dataset="house_registry")
    assert set(kit.opened(made.folder)["birth_year"]) == {"1967", None}


def test_parts_are_split(monkeypatch: pytest.MonkeyPatch, kit: Kit, rows: list[dict[str, str | None]]) -> None:
    monkeypatch.setattr(parts, "PART_ROWS", 20)
    made = seal(
        kit, agency_kit.write_csv(kit.root / "parts.csv", rows[:-1] + agency_kit.registrants(1)), period="2026-02"
    )
    assert [part["rows"] for part in made.manifest["parts"]] == [18, 18, 18]
    assert kit.opened(made.folder, "2026-02").height == 54


def test_nothing_half_done_stays(monkeypatch: pytest.MonkeyPatch, kit: Kit) -> None:
    file = agency_kit.write_csv(kit.root / "full.csv", agency_kit.registrants(5, seed=9))

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts, "encrypt", full)
    before = {path for path in kit.home.path.rglob("*") if path.is_file()}
    with pytest.raises(errors.SetupError, match="The disk is full") as caught:
        seal(kit, file)
    assert caught.value.code == "SEAL-DISK"
    assert {path for path in kit.home.path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("changes", "error", "exit_code"),
    [
        ({"period": "2569-13"}, errors.PeriodError, 24),
        ({"period": "มกราคม"}, errors.PeriodError, 24),
        ({"period": "2569-12"}, errors.PeriodError, 24),
        ({"dataset": "insured_persons"}, errors.ContractError, 23),
    ],
)
def test_wrong_period_or_dataset(kit: Kit, changes: dict[str, str], error: type[KhlangError], exit_code: int) -> None:
    with pytest.raises(error) as caught:
        seal(kit, kit.root / "x.csv", **changes)
    assert caught.value.exit_code == exit_code
    assert caught.value.remedy


def _other_epoch(kit: Kit) -> dict[str, str]:
    other = agency_kit.make(kit.root / "other-authority")
    return {"bundle": other.bundle_text(), "sealing_key": kit.authority.source_secret().hex()}


def _altered(kit: Kit) -> dict[str, str]:
    outer = json.loads(kit.bundle_text())
    outer["bundle"] = outer["bundle"].replace('"simulation":true', '"simulation":false')
    return {"bundle": json.dumps(outer), "sealing_key": kit.authority.source_secret().hex()}


def _other_signer(kit: Kit) -> dict[str, str]:
    return _other_epoch(kit) | {"authority": kit.authority.public_key()}


def _old_normaliser(kit: Kit) -> dict[str, str]:
    payload = json.loads(json.loads(kit.bundle_text())["bundle"])
    payload["profile"]["normaliser"] = "0"
    data = manifest.canonical(payload)
    key = kit.authority.signing_key()
    outer = {"bundle": data.decode(), "signature": manifest.sign(data, key), "authority": manifest.public_hex(key)}
    return {"bundle": json.dumps(outer), "sealing_key": kit.authority.source_secret().hex()}


@pytest.mark.parametrize(
    ("given", "code", "exit_code"),
    [
        (lambda kit: {"bundle": kit.bundle_text(), "sealing_key": "ab" * 32}, "KEY-CHECK", 21),
        (lambda kit: {"bundle": kit.bundle_text(), "sealing_key": "not hex"}, "KEY-FORM", 21),
        (_other_epoch, "KEY-CHECK", 21),
        (_altered, "SIGNATURE", 22),
        (_other_signer, "SIGNATURE", 22),
        (_old_normaliser, "BUNDLE-VERSION", 23),
        (lambda _: {"bundle": "{}", "sealing_key": "ab" * 32}, "BUNDLE", 23),
    ],
)
def test_what_cannot_be_set_up(
    kit: Kit, tmp_path: Path, given: Callable[[Kit], dict[str, str]], code: str, exit_code: int
) -> None:
    with pytest.raises(KhlangError) as caught:
        home_.start(tmp_path / "home", **given(kit))
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    assert not (tmp_path / "home").exists()


def test_a_known_authority_stays_pinned(kit: Kit, tmp_path: Path) -> None:
    other = agency_kit.make(tmp_path)
    with pytest.raises(errors.SignatureError):
        home_.start(kit.home.path, bundle=other.bundle_text(), sealing_key=other.authority.source_secret().hex())


def test_keys_are_private(kit: Kit) -> None:
    modes = {name: stat.S_IMODE((kit.home.path / name).stat().st_mode) for name in ("sealing.key", "signing.key")}
    assert modes == {"sealing.key": 0o600, "signing.key": 0o600}
    request = kit.home.enrolment()
    assert request["public_key"] == (kit.home.path / "signing.pub").read_text(encoding="ascii").strip()
    assert request["token_sha256"] == hashlib.sha256(kit.home.token().encode()).hexdigest()
    assert kit.home.token() not in json.dumps(request)


class Fake:
    """A gateway in memory that fails as told."""

    def __init__(self, failures: list[int] | None = None, refusing: httpx.Response | None = None) -> None:
        self.parts: dict[str, bytes] = {}
        self.calls: list[str] = []
        self.failures = failures or []
        self.refusing = refusing
        self.manifest: dict[str, Any] = {}
        self.key = Ed25519PrivateKey.generate()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(f"{request.method} {request.url.path.rsplit('/', 1)[-1]}")
        assert request.headers["Authorization"].startswith("Bearer ")
        if self.failures:
            status = self.failures.pop(0)
            if status == 0:
                raise httpx.ConnectError("refused")
            return httpx.Response(status)
        if request.method == "GET":
            return httpx.Response(200, json=self.tell(request.url.path))
        if self.refusing:
            return self.refusing
        body = request.read()
        if request.url.path.endswith("/manifest"):
            self.manifest = json.loads(body)
            return httpx.Response(201, json={"receipt_id": "r-1", "state": "received"})
        assert hashlib.sha256(body).hexdigest() == request.headers["X-Content-SHA256"]
        self.parts[request.url.path.rsplit("/", 1)[-1]] = body
        return httpx.Response(201)

    def tell(self, path: str) -> dict[str, Any]:
        if "/parts/" in path:
            return {"stored": False, "received": 0}
        if not path.endswith("/receipt"):
            return {"state": "partial", "parts": list(self.parts), "decisions": []}
        _, _, _, dataset, period, submission, _ = path.split("/")
        place = {"agency": "mof", "dataset": dataset, "period": period, "submission": submission}
        return receipt.sign(receipt.build(place, state="received", received={"receipt_id": "r-1"}, steps=[]), self.key)


def client(kit: Kit, fake: Fake) -> Gateway:
    return Gateway(kit.home, transport=httpx.MockTransport(fake), sleep=lambda _: None)


def test_send_and_send_again(kit: Kit, sealed: Submission) -> None:
    fake = Fake(failures=[0, 503, 429])
    with client(kit, fake) as gateway:
        first = sending.send(kit.home, sealed.folder, gateway=gateway)
        second = sending.send(kit.home, sealed.folder, gateway=gateway)
    assert (first.parts_sent, second.parts_sent) == (1, 0)
    assert fake.calls[-2:] == ["PUT manifest", "GET receipt"]
    kept = sending.kept(kit.home, sealed.folder)
    assert kept is not None
    assert kept["received"]["receipt_id"] == "r-1"
    assert fake.manifest["manifest"].encode() == (sealed.folder / "manifest.json").read_bytes()


def test_going_back_is_signed(kit: Kit, sealed: Submission) -> None:
    fake = Fake()
    with client(kit, fake) as gateway:
        sending.send(kit.home, sealed.folder, gateway=gateway, supersedes="ab" * 16)
    made = manifest.parse(fake.manifest["manifest"].encode())
    assert (made["supersedes"], made["submission"]) == ("ab" * 16, sealed.manifest["submission"])
    assert (sealed.folder / "manifest-abababababab.sig").exists()


def test_no_answer_is_told_after_bounded_tries(kit: Kit, sealed: Submission) -> None:
    fake = Fake(failures=[503] * 20)
    with client(kit, fake) as gateway, pytest.raises(errors.ServiceError, match="HTTP 503") as caught:
        sending.send(kit.home, sealed.folder, gateway=gateway)
    assert (len(fake.calls), caught.value.exit_code) == (TRIES, 12)


@pytest.mark.parametrize(
    ("status", "problem", "error"),
    [
        (401, {}, errors.AccessError),
        (409, {"code": "SEQUENCE-OLD", "message": "older"}, errors.SequenceError),
        (422, {"code": "SIGNATURE", "message": "bad"}, errors.SignatureError),
        (422, {"code": "MANIFEST-SCHEMA", "message": "bad"}, errors.ContractError),
        (422, {"code": "CONTRACT-VERSION", "message": "bad", "remedy": "seal again"}, errors.ContractError),
    ],
)
def test_refusals(kit: Kit, sealed: Submission, status: int, problem: dict[str, str], error: type[KhlangError]) -> None:
    fake = Fake(refusing=httpx.Response(status, json=problem))
    with client(kit, fake) as gateway, pytest.raises(error) as caught:
        sending.send(kit.home, sealed.folder, gateway=gateway)
    assert caught.value.code == problem.get("code", f"HTTP-{status}")
    assert caught.value.remedy
    assert len(fake.calls) == 3


def test_an_altered_part_is_not_sent(kit: Kit, tmp_path: Path) -> None:
    made = seal(kit, agency_kit.write_csv(tmp_path / "alter.csv", agency_kit.registrants(3, seed=4)))
    part = next(made.folder.glob("*.age"))
    part.write_bytes(part.read_bytes()[:-1])
    with client(kit, Fake()) as gateway, pytest.raises(errors.IntegrityError, match=part.name) as caught:
        sending.send(kit.home, made.folder, gateway=gateway)
    assert caught.value.exit_code == 25


def test_commands(kit: Kit, tmp_path: Path) -> None:
    run, home = CliRunner(), ["--home", str(tmp_path / "h")]
    (tmp_path / "b.json").write_text(kit.bundle_text(), encoding="utf-8")
    (tmp_path / "k").write_text(kit.authority.source_secret().hex(), encoding="utf-8")
    args = ["init", "--bundle", str(tmp_path / "b.json"), "--key-file", str(tmp_path / "k"), *home]
    assert "Set up: mof" in run.invoke(agency, args, catch_exceptions=False).output
    file = agency_kit.write_csv(tmp_path / "x.csv", agency_kit.registrants(5))
    args = ["seal", str(file), "--dataset", "welfare_registrants", "--period", "2569-01", *home]
    shown = run.invoke(agency, args, catch_exceptions=False).output
    assert "2569-01 / 2026-01" in shown
    told = json.loads(run.invoke(agency, [*args, "--json"], catch_exceptions=False).stdout)
    assert (told["rows"], told["reused"], told["dropped"]) == (5, True, ["ชื่อ-สกุล", "โทรศัพท์"])
    states = run.invoke(agency, ["status", "--offline", "--json", *home], catch_exceptions=False)
    assert [line["state"] for line in json.loads(states.stdout)] == ["sealed"]
    assert run.invoke(agency, ["enrol-request", *home], catch_exceptions=False).output
