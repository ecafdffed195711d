"""Sealing as a stream: the same bytes whatever the chunks, the memory and the kernel; questions come first."""

import io
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import agency_kit
from tests.agency_kit import Kit

from khlang import errors, fast, pseudonym
from khlang.agency import due, parts, shuffle, submission
from khlang.agency.home import Home
from khlang.agency.reading import ReadOptions
from khlang.agency.reading.extract import Extract

MAKE: dict[str, Any] = {"dataset": "welfare_registrants", "period": "2569-01"}


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return agency_kit.make(tmp_path_factory.mktemp("kit"))


def in_chunks(of: int, chunks: Any) -> Any:
    def cut(self: Extract) -> Iterator[pl.DataFrame]:
        for chunk in chunks(self):
            yield from chunk.iter_slices(of)

    return cut


def test_bytes_hang_on_neither_chunks_nor_memory(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = agency_kit.write_csv(tmp_path / "x.csv", agency_kit.registrants(700, seed=21))
    monkeypatch.setattr(parts, "PART_ROWS", 300)
    chunks = Extract.chunks
    seen: list[tuple[list[bytes], pl.DataFrame]] = []
    for size, hold, groups in ((1000, shuffle.HOLD, 1), (37, 0, 1), (250, 20_000, 500)):
        monkeypatch.setattr(Extract, "chunks", in_chunks(size, chunks))
        monkeypatch.setattr(shuffle, "HOLD", hold)
        monkeypatch.setattr(shuffle, "_FILE_BYTES", 10**9 if groups == 1 else 500)
        made = submission.seal(kit.home, file, **MAKE)
        assert not made.reused
        rowmap = kit.home.rowmap("welfare_registrants", "2026-01", made.manifest["submission"])
        seen.append((kit.inner(made.folder), pl.read_parquet(rowmap)))
        made.folder.rename(tmp_path / f"away-{size}")
    assert len(seen[0][0]) == 3
    assert seen[0][0] == seen[1][0] == seen[2][0]
    assert seen[0][1].equals(seen[1][1])
    assert seen[0][1].equals(seen[2][1])
    assert seen[0][1]["row_number"].to_list() == list(range(1, 705))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=60), st.integers(1, 9), st.integers(0, 3000))
def test_shuffle_is_a_stable_sort(
    tmp_path_factory: pytest.TempPathFactory, draws: list[int], cut: int, hold: int
) -> None:
    rows = pl.DataFrame({"n": range(len(draws)), "draw": pl.Series(draws, dtype=pl.UInt64)})
    folder = tmp_path_factory.mktemp("shuffle")
    with shuffle.Shuffle(folder, size=5 * 24 * 1024 * 1024, hold=hold) as held:
        for piece in rows.iter_slices(cut):
            held.add(piece)
        out = pl.concat(held.groups())
    assert out.equals(rows.sort("draw", maintain_order=True))
    assert not list(folder.iterdir())


def test_wide_rows_make_smaller_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parts.size(1_000_004, 100_000_000) == 333_335
    assert parts.size(1_000_000, 100_000 * 1_000_000) == 1_341
    rows = pl.DataFrame({"t": [random.Random(i).randbytes(300).hex() for i in range(8)]})
    monkeypatch.setattr(parts, "MAX_PART_BYTES", 1024 * 1024 + 2_500)
    made = parts.inner(rows)
    assert [part.rows for part in made] == [4, 4]
    assert pl.concat(pl.read_parquet(io.BytesIO(part.data)) for part in made).equals(rows)


def test_last_months_file_has_to_be_answered(kit: Kit, tmp_path: Path) -> None:
    file = agency_kit.write_csv(tmp_path / "same.csv", agency_kit.registrants(20, seed=22))
    submission.seal(kit.home, file, **MAKE)
    with pytest.raises(errors.InputError, match="sealed for 2026-01") as caught:
        submission.seal(kit.home, file, dataset="welfare_registrants", period="2569-02")
    assert caught.value.code == "SAME-AS-LAST-MONTH"
    assert "--accept SAME-AS-LAST-MONTH" in caught.value.remedy
    options = ReadOptions(accept=frozenset({"SAME-AS-LAST-MONTH"}))
    made = submission.seal(kit.home, file, dataset="welfare_registrants", period="2569-02", options=options)
    assert [finding.code for finding in made.findings] == ["SAME-AS-LAST-MONTH"]


def test_a_heavy_person_is_told_before_sending(kit: Kit, tmp_path: Path) -> None:
    rows = agency_kit.registrants(40, seed=23)
    for row in rows[:4]:
        row["pid"] = agency_kit.cid(1)
    file = agency_kit.write_csv(tmp_path / "heavy.csv", rows)
    before = sorted(path for path in kit.home.path.rglob("*") if path.is_file())
    with pytest.raises(errors.InputError, match="column pid: 1 persons") as caught:
        submission.seal(kit.home, file, **MAKE)
    assert caught.value.code == "SEAL-HEAVY"
    assert agency_kit.cid(1) not in str(caught.value)
    assert sorted(path for path in kit.home.path.rglob("*") if path.is_file()) == before
    assert submission.seal(kit.home, file, options=ReadOptions(accept=frozenset({"SEAL-HEAVY"})), **MAKE).findings
    rows[3]["pid"] = agency_kit.cid(2)
    assert not submission.seal(kit.home, agency_kit.write_csv(tmp_path / "light.csv", rows), **MAKE).findings


@pytest.mark.parametrize(("today", "code"), [(date(2025, 12, 31), "PERIOD-AHEAD"), (date(2025, 2, 1), "PERIOD-AHEAD")])
def test_a_month_that_has_not_come(kit: Kit, today: date, code: str) -> None:
    home = Home(kit.home.path, today=lambda: today)
    with pytest.raises(errors.PeriodError, match=today.isoformat()) as caught:
        submission.seal(home, kit.root / "none.csv", **MAKE)
    assert caught.value.code == code
    assert due.check("2026-01", date(2026, 1, 1)) == []
    assert [finding.code for finding in due.check("2026-01", date(2027, 2, 1))] == ["PERIOD-OLD"]
    assert "ปีงบประมาณ / fiscal year 2570" in due.shown("2026-10")


@pytest.mark.skipif(
    fast.KERNEL is None, reason="the optional wheel khlang-kernel is not installed (make setup, with cargo)"
)
@pytest.mark.parametrize("type_", ["th-cid", "th-juristic", "house"])
def test_kernel_and_library_give_the_same(type_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(type_)
    mess = "0123456789" * 3 + "๐๑๒๓๔๕๖๗๘๙" + "  --..''\u00a0\u200b\u200d\ufeff\u2013９Eeก\n\t"
    texts: list[str | None] = [None, "", "'", "-", "0" * 13, "1" * 11, "123456789012" + "1", "098765432109" + "8"]
    for _ in range(100_000):
        whole = agency_kit.cid(rng.randrange(10**11)) if rng.random() < 0.8 else f"{rng.randrange(10**13)}"
        text = list(whole[: rng.choice((11, 13, 13, 13))])
        for _ in range(rng.choice((0, 0, 1, 2, 5))):
            text.insert(rng.randrange(len(text) + 1), rng.choice(mess))
        shown = "".join(text)
        if rng.random() < 0.1:
            shown = f"{whole[0]}.{whole[1:5]}.{whole[5:10]}.{whole[10:12]}.{whole[12:13]}"
        texts.append(shown.translate(agency_kit.THAI) if rng.random() < 0.1 else shown)
    given_ = {"key": "ab" * 32, "epoch": "e01", "type": type_, "simulation": True}
    ours = pseudonym.seal_column(pl.Series(texts, dtype=pl.String), **given_)  # type: ignore[arg-type]
    monkeypatch.setattr(fast, "KERNEL", None)
    library = pseudonym.seal_column(pl.Series(texts, dtype=pl.String), **given_)  # type: ignore[arg-type]
    assert ours.equals(library)
    assert ours["reason"].n_unique() >= 4
