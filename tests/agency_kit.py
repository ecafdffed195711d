"""An authority and agencies in a temporary folder, and extracts of simulated people, for the agency's tests."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyrage

from khlang import contracts
from khlang.agency import home as home_
from khlang.agency import submission
from khlang.agency.home import Home
from khlang.agency.submission import Submission
from khlang.keys import authority as authority_
from khlang.keys import bundle as bundle_
from khlang.keys.authority import Authority

CONTRACTS = Path(__file__).resolve().parents[1] / "contracts"
THAI = {ord("0") + i: chr(ord("๐") + i) for i in range(10)}


@dataclass(frozen=True)
class Kit:
    """Two months' identities, an authority, and one agency that is set up."""

    root: Path
    authority: Authority
    home: Home
    identities: dict[str, str]

    def bundle_text(
        self,
        agency: str = "mof",
        url: str = "https://127.0.0.1:9",
        ca: str = "",
        valid: tuple[date | None, date | None] = (None, None),
    ) -> str:
        """A fresh bundle; ``valid``: its first and last day."""
        recipients = {
            month: str(pyrage.x25519.Identity.from_str(secret).to_public()) for month, secret in self.identities.items()
        }
        made = bundle_.make(
            self.authority,
            agency=agency,
            contracts=contracts.load(CONTRACTS),
            recipients=recipients,
            gateway_url=url,
            gateway_ca=ca,
            valid=valid,
        )
        return json.dumps(made)

    def opened(self, folder: Path, month: str = "2026-01") -> pl.DataFrame:
        """The rows of a sealed folder."""
        return pl.concat(pl.read_parquet(data) for data in self.inner(folder, month))

    def inner(self, folder: Path, month: str = "2026-01") -> list[bytes]:
        """The Parquet bytes of a sealed folder."""
        identity = pyrage.x25519.Identity.from_str(self.identities[month])
        return [pyrage.decrypt(path.read_bytes(), [identity]) for path in sorted(folder.glob("*.age"))]


def make(root: Path, agency: str = "mof", *, url: str = "https://127.0.0.1:9", ca: str = "") -> Kit:
    """Set everything up under a folder."""
    authority = authority_.start(root / "authority", simulation=True)
    identities = {month: str(pyrage.x25519.Identity.generate()) for month in ("2026-01", "2026-02")}
    kit = Kit(root, authority, Home(root / agency), identities)
    home_.start(root / agency, bundle=kit.bundle_text(agency, url, ca), sealing_key=authority.source_secret().hex())
    return kit


def seal(kit: Kit, file: Path, **changes: Any) -> Submission:
    """Seal a file of the Ministry of Finance for January, or as it is said otherwise."""
    return submission.seal(kit.home, file, **({"dataset": "welfare_registrants", "period": "2569-01"} | changes))


def cid(n: int) -> str:
    """A simulated citizen ID (class 9)."""
    twelve = f"9{n:011d}"
    return twelve + str((11 - sum((13 - i) * int(d) for i, d in enumerate(twelve)) % 11) % 10)


def registrants(rows: int, *, seed: int = 7) -> list[dict[str, str | None]]:
    """Rows of the Ministry of Finance's own extract, name and telephone among them."""
    rng = random.Random(seed)
    return [
        {
            "pid": cid(rng.randrange(10**11)),
            "house_id": f"10{rng.randrange(10**9):09d}",
            "registered_on": f"{rng.randrange(1, 28)} ม.ค. 2566",
            "declared_income_baht": f"{rng.randrange(100_000):,}.00",
            "occupation_code": str(rng.randrange(1, 10)),
            "debt_baht": f"{rng.randrange(50_000)}",
            "land_rai": f"{rng.randrange(20)}",
            "province_code": "10",
            "amphoe_code": "1001",
            "ชื่อ-สกุล": f"ทดสอบ คนที่ {i}",
            "โทรศัพท์": f"08{rng.randrange(10**8):08d}",
        }
        for i in range(rows)
    ]


def write_csv(
    path: Path, rows: Sequence[dict[str, str | None]], *, encoding: str = "utf-8-sig", separator: str = ","
) -> Path:
    """Write rows as an office does; the headers are the contract's first Thai aliases where there are any."""
    table = contracts.load(CONTRACTS)["welfare_registrants"]
    names = {column.name: column.headers[min(1, len(column.headers) - 1)] for column in table.columns}
    frame = pl.DataFrame(rows).rename(lambda name: names.get(name, name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(frame.write_csv(separator=separator, line_terminator="\r\n").encode(encoding))
    return path
