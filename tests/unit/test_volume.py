"""The parts of ``khlang volume`` by themselves: its truth, its line that is cut, and what it calls wrong."""

import csv
import socket
import threading
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests import agency_kit

from khlang import errors, identifiers
from khlang.agency import submission
from khlang.demo.volume import books, comparing, cutting, meter, run
from khlang.demo.volume.extract import DATASET, Extract, Plan, Truth
from khlang.domains.welfare.handwriting import HEADERS

PLAN = Plan(3000, 7, "2025-12")
TRUTH = Truth(100, 3, 2, 95)
GOOD: dict[str, Any] = {
    "sent": {"cuts": 3},
    "verdicts": {"a": "promoted"},
    "trino": {
        "analyst": {"n": 95, "persons": 95},
        "engineer": {"rows_in": 100, "duplicates": 2, "rows_curated": 95},
    },
    "pseudonyms": {"same": True},
}


@pytest.fixture(scope="module")
def extract() -> Extract:
    return Extract(PLAN)


@pytest.fixture(scope="module")
def file(extract: Extract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("volume") / "extract.csv"
    extract.write_csv(path, lambda _: None)
    return path


def test_truth_is_what_a_plain_reading_of_the_file_gives(extract: Extract, file: Path) -> None:
    with file.open(encoding="cp874", newline="") as rows:
        cells = [row[HEADERS[DATASET]["pid"]] for row in csv.DictReader(rows)]
    read = [identifiers.normalise(cell, type="th-cid", simulation=True)[0] for cell in cells]
    good = [cid for cid in read if cid]
    assert extract.truth() == Truth(
        len(cells), len(cells) - len(good), len(good) - len(set(good)), persons=len(set(good))
    )
    assert extract.truth().duplicates > 0 < extract.truth().refused


def test_same_seed_same_bytes_and_windows_874(file: Path, tmp_path: Path) -> None:
    Extract(PLAN).write_csv(tmp_path / "again.csv", lambda _: None)
    assert (tmp_path / "again.csv").read_bytes() == file.read_bytes()
    text = file.read_bytes()
    assert "ม.ค. 256".encode("cp874") in text
    with pytest.raises(UnicodeDecodeError):
        text.decode("utf-8")


def test_workbooks_seal_to_the_same_pseudonyms(extract: Extract, file: Path, tmp_path: Path) -> None:
    kit = agency_kit.make(tmp_path)
    files = books.write(extract, tmp_path / "parts", lambda _: None)
    assert [rows for _, rows in files] == [1000, 1000, 1000]
    table = kit.home.bundle().table(DATASET)
    month = "2026-01"
    sides = []
    for source, names in ((file, [(file.name, PLAN.rows)]), (tmp_path / "parts", files)):
        made = submission.seal(kit.home, source, dataset=DATASET, period=month)
        sides.append(comparing.opened(kit.home, made.folder, table, kit.identities[month], names))
    compared = comparing.compare(sides[0], sides[1], table)
    assert compared.same
    assert compared.pseudonyms["pid"] == extract.truth().persons
    swapped = sides[1].with_columns(pl.col("pid").shift(1).alias("pid"))
    assert comparing.compare(sides[0], swapped, table).differing["pid"] > 2900
    assert not comparing.compare(sides[0], swapped, table).same
    assert not comparing.compare(sides[0], sides[1].head(2999), table).same


def test_the_proxy_cuts_at_its_places_and_counts() -> None:
    received = bytearray()

    def take(server: socket.socket) -> None:
        for _ in range(2):
            there, _ = server.accept()
            with there:
                try:
                    while data := there.recv(1000):
                        received.extend(data)
                except ConnectionResetError:
                    pass

    with closing(socket.create_server(("127.0.0.1", 0))) as server, cutting.CuttingProxy([5000]) as proxy:
        taking = threading.Thread(target=take, args=(server,))
        taking.start()
        with pytest.raises(ConnectionError):
            _say(proxy, server, 200_000)
        assert proxy.cut == 1
        _say(proxy, server, 3000)
        taking.join(60)
    assert not taking.is_alive(), "a connection that was cut is reset on both sides"
    assert proxy.cut == 1
    assert proxy.passed >= 5000 + 3000
    assert len(received) >= 3000


def _say(proxy: cutting.CuttingProxy, server: socket.socket, count: int) -> None:
    port = int(proxy.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(f"CONNECT 127.0.0.1:{server.getsockname()[1]} HTTP/1.1\r\n\r\n".encode())
        assert b"200" in line.recv(1000)
        for _ in range(count // 1000):
            line.sendall(bytes(1000))
        line.shutdown(socket.SHUT_WR)
        assert line.recv(10) == b""


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("sent", "cuts"), 2),
        (("verdicts", "a"), "refused"),
        (("trino", "analyst"), {"n": 96, "persons": 95}),
        (("trino", "engineer"), {"rows_in": 100, "duplicates": 3, "rows_curated": 94}),
        (("pseudonyms", "same"), False),
    ],
)
def test_whatever_is_not_true_is_said(path: tuple[str, str], value: object) -> None:
    assert run.wrong(GOOD, TRUTH) == []
    told = deepcopy(GOOD)
    told[path[0]][path[1]] = value
    assert len(run.wrong(told, TRUTH)) == 1
    with pytest.raises(errors.IntegrityError):
        run.judge({"wrong": run.wrong(told, TRUTH)})


def test_a_step_that_refuses_or_dies_is_told() -> None:
    peak, result = meter.apart(working, lambda _: None, 20)
    assert (peak > 10, result) == (True, 400)
    for number in (-1, -2):
        with pytest.raises(errors.IntegrityError, match="did not end well"):
            meter.apart(working, lambda _: None, number)


def working(tell: meter.Tell, number: int) -> int:
    """What the test runs in a process of its own."""
    tell(number)
    if number == -1:
        raise errors.InputError("no", "nothing")
    if number < 0:
        raise SystemExit(1)
    return number * number
