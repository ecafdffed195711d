"""Two agencies of the tests' own with a second route, beside the real contracts: a register, and clinics' visits."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import yaml

from khlang import contracts
from khlang.agency import home as home_
from khlang.agency import submission
from khlang.agency.home import Home
from khlang.contracts import Contracts
from khlang.keys import authority as authority_
from khlang.keys import bundle as bundle_
from khlang.keys.authority import Authority
from khlang.landing import keeper, registry
from khlang.settings import Settings
from khlang.simulate import labelled
from khlang.simulate.labelled import Labelled

HERE = Path(__file__).parent
REGISTER, VISITS = "clinic_people", "clinic_visits"
AGENCIES = {"lreg": REGISTER, "lcln": VISITS}
PILOT = ("house_registry", "welfare_registrants")
PERIOD = "2026-01"


def root(folder: Path) -> Path:
    """A checkout's contracts with the two in them, in a folder of its own."""
    for name in ("contracts", "expectations"):
        shutil.copytree(HERE.parent / name, folder / name)
    shutil.copytree(HERE / "second" / "contracts", folder / "contracts", dirs_exist_ok=True)
    fields = folder / "contracts" / "fields.yaml"
    told = yaml.safe_load(fields.read_text(encoding="utf-8"))
    mine = yaml.safe_load((HERE / "second" / "fields.yaml").read_text(encoding="utf-8"))
    fields.write_text(yaml.safe_dump(mine | told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for name in PILOT:
        _without_route(folder / "contracts" / "welfare" / f"{name}.yaml")
    return folder


def _without_route(contract: Path) -> None:
    """Take the pilot's second route out: of equal keys its register would wait for these visits, and they for it."""
    told = yaml.safe_load(contract.read_text(encoding="utf-8"))
    told["customProperties"] = [each for each in told["customProperties"] if each["property"] != "secondRoute"]
    contract.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")


@dataclass(frozen=True)
class Clinics:
    """The installation, its authority, both agencies' homes and the labelled people."""

    settings: Settings
    authority: Authority
    tables: Contracts
    homes: dict[str, Home]
    people: Labelled

    def extract(self, agency: str) -> Path:
        """What an office exports: the register with its numbers, or visits, one in five of which has one."""
        path = self.homes[agency].path / f"{AGENCIES[agency]}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        made = _extract(self.people.register if agency == "lreg" else self.people.records, visits=agency == "lcln")
        path.write_bytes(made.write_csv().encode("utf-8-sig"))
        return path

    def seal(self, agency: str) -> Path:
        """The sealed folder of its extract."""
        file = self.extract(agency)
        return submission.seal(self.homes[agency], file, dataset=AGENCIES[agency], period=PERIOD).folder


def cid(person: int) -> str:
    """A simulated number (class 9) of a person of the labelled set."""
    twelve = f"9{person * 7919 % 10**11:011d}"
    return twelve + str((11 - sum((13 - i) * int(d) for i, d in enumerate(twelve)) % 11) % 10)


def found(settings: Settings, *, people: int = 800, records: int = 300, seed: int = 5) -> Clinics:
    """Found everything in these settings, whose root is of :func:`root`."""
    tables = contracts.load(settings.contracts)
    authority = authority_.start(settings.authority, simulation=True)
    recipients = keeper.init(settings, start=PERIOD, months=1)
    bundle_.publish(authority, settings.registry, tables)
    homes = {}
    for agency in AGENCIES:
        made = bundle_.make(
            authority, agency=agency, contracts=tables, recipients=recipients, gateway_url="https://127.0.0.1:9",
            gateway_ca="", link_recipients=registry.link_recipients(settings),
        )  # fmt: skip
        homes[agency] = home_.start(
            settings.agency(agency), bundle=json.dumps(made), sealing_key=authority.source_secret().hex(),
            link_key=authority.link_secret().hex(),
        )  # fmt: skip
        homes[agency] = Home(homes[agency].path, today=lambda: date(2026, 2, 3))
        asked = homes[agency].enrolment()
        keeper.register(settings, **{name: asked[name] for name in asked if name != "datasets"})
    return Clinics(settings, authority, tables, homes, labelled.make(people=people, records=records, seed=seed))


def names(people: Labelled) -> Sequence[str]:
    """Every name and birth date as it was typed: what must be nowhere."""
    frames = [side.select("given_name", "family_name", "birth_date") for side in (people.register, people.records)]
    texts = {str(text).strip() for frame in frames for column in frame.iter_columns() for text in column.drop_nulls()}
    return sorted(text for text in texts if len(text) > 5)


def _extract(side: pl.DataFrame, *, visits: bool) -> pl.DataFrame:
    numbers = [cid(person) for person in side["person"].to_list()]
    if not visits:
        return side.drop("person").with_columns(pl.Series("pid", numbers))
    said = [number if at % 5 == 0 else ("" if at % 2 else number[:12]) for at, number in enumerate(numbers)]
    codes = [f"V{at:06d}" for at in range(side.height)]
    return side.drop("person").with_columns(pl.Series("pid", said), pl.Series("visit_code", codes))
