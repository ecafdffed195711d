"""A month's end on the real store: what opened before opens for nobody after, though its identity was kept aside."""

from datetime import date
from pathlib import Path

import pyrage
import pytest
from tests.landkit import Pool, place, read

from khlang import lake, store
from khlang.errors import IntegrityError, PeriodError
from khlang.landing import expiry, headers


def keys(pool: Pool, bucket: str, period: str) -> list[str]:
    """Objects of a month, as the store's owner sees them."""
    return [key for key in store.list_keys(pool.root(), bucket) if f"/{period}/" in key]


def test_a_month_that_has_ended_is_opened_by_nobody(pool: Pool, period: str) -> None:
    other = next(pool.months)
    folders = {month: pool.seal(month, seed=1) for month in (period, other)}
    for folder in folders.values():
        pool.send(folder)
    assert [one["verdict"] for one in pool.land()] == ["accepted", "accepted"]
    made = read(folders[period])
    sub, name = place(made), made["parts"][0]["name"]
    path: Path = pool.settings.secrets / "month" / f"{period}.identity"
    stolen = pyrage.x25519.Identity.from_str(path.read_text().strip())
    assert pyrage.decrypt(headers.whole(pool.hall.s3, sub, name) or b"", [stolen])[:4] == b"PAR1"

    day = date(2040, 1, 1)
    assert expiry.close(pool.settings, [period], today=day) == [period]
    counts = expiry.delete_opened(pool.hall.s3, [period]), expiry.delete_headers(pool.hall.s3, [period])
    assert counts == (1, 1)
    assert not path.exists()
    with pytest.raises(IntegrityError) as gone:
        headers.whole(pool.hall.s3, sub, name)
    assert gone.value.code == "PART-KEY"
    body = store.get(pool.root(), lake.LANDING, sub.landing_key(name)) or b""
    assert len(body) > 1000, "the sealed body is locked, and worth nothing"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(body, [stolen])
    assert keys(pool, lake.HEADERS, period) + [k for k in keys(pool, lake.LAKE, period) if "accepted" in k] == []
    assert len(keys(pool, lake.HEADERS, other)) == 1, "no other month's"
    with pytest.raises(PeriodError, match="correction window"):
        pool.send(pool.seal(period, seed=2))
    again = expiry.delete_opened(pool.hall.s3, [period]), expiry.delete_headers(pool.hall.s3, [period])
    assert again == (0, 0), "repeated, it finds nothing"
