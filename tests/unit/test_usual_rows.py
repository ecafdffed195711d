"""How many rows a month usually has, as curate's decisions tell it."""

from khlang.curation.receipts import usual_rows


def made(period: str, rows: int, *, version: int = 10100, verdict: str = "promoted") -> dict[str, object]:
    return {"period": period, "rows_in": rows, "txn_version": version, "verdict": verdict}


def test_the_first_month_has_no_usual() -> None:
    assert usual_rows([]) == 0
    assert usual_rows([made("2026-01", 5, verdict="refused")]) == 0


def test_the_median_of_months_forgives_one_odd_month() -> None:
    assert usual_rows([made("2026-01", 100), made("2026-02", 5000), made("2026-03", 104)]) == 104


def test_of_a_corrected_month_the_correction_counts() -> None:
    assert usual_rows([made("2026-01", 900, version=20100), made("2026-01", 100)]) == 900
