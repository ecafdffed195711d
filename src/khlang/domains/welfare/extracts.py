"""What the four agencies of the welfare domain send each month."""

from khlang.domains.welfare import simulator
from khlang.domains.welfare.handwriting import CALLED, HANDS
from khlang.simulate.extract import Extract

EXTRACTS = (
    Extract(
        "welfare_registrants",
        "mof",
        simulator.registrants,
        HANDS["welfare_registrants"],
        grain=("cid",),
        latest_by="registered_on",
        may_be_blank=("house_id", "occupation_code"),
        called=CALLED["welfare_registrants"],
    ),
    Extract(
        "insured_persons",
        "sso",
        simulator.insured,
        HANDS["insured_persons"],
        grain=("cid", "employer_id", "wage_month"),
        latest_by="reported_on",
        may_be_blank=("province_code",),
    ),
    Extract(
        "house_registry",
        "dopa",
        simulator.houses,
        HANDS["house_registry"],
        grain=("cid",),
        latest_by="moved_in_on",
        may_be_blank=("sex_code",),
        called=CALLED["house_registry"],
    ),
    Extract(
        "vehicles",
        "dlt",
        simulator.vehicles,
        HANDS["vehicles"],
        grain=("vehicle_id",),
        latest_by="first_registered_on",
        may_be_blank=("province_code",),
    ),
)
