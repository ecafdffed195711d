"""What the agencies of the energy domain send each month."""

from khlang.domains.energy import simulator
from khlang.domains.energy.handwriting import HANDS
from khlang.simulate.extract import Extract

AUTHORITIES = ("mea", "pea")  # the Metropolitan and the Provincial Electricity Authority
METERS = tuple(
    Extract(
        f"{authority}_meters",
        authority,
        simulator.meters_of(authority),
        HANDS[f"{authority}_meters"],
        grain=("meter_no",),
        latest_by="meter_updated_on",
    )
    for authority in AUTHORITIES
)
BILLS = tuple(
    Extract(
        f"{authority}_bills",
        authority,
        simulator.bills_of(authority),
        HANDS[f"{authority}_bills"],
        grain=("meter_no", "bill_month"),
        latest_by="billed_on",
    )
    for authority in AUTHORITIES
)
EXTRACTS = (
    *METERS,
    *BILLS,
    Extract(
        "electricity_subsidies",
        "cgd",
        simulator.subsidies,
        HANDS["electricity_subsidies"],
        grain=("cid", "subsidy_month"),
        latest_by="subsidy_granted_on",
    ),
    Extract(
        "power_outages",
        "erc",
        simulator.outages,
        HANDS["power_outages"],
        grain=("outage_no",),
        latest_by="outage_reported_on",
    ),
)
