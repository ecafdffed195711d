"""What the four agencies of the agriculture domain send each month."""

from khlang.domains.agriculture import simulator
from khlang.domains.agriculture.handwriting import HANDS
from khlang.simulate.extract import Extract

EXTRACTS = (
    Extract(
        "farmer_plots",
        "doae",
        simulator.plots,
        HANDS["farmer_plots"],
        grain=("cid", "plot_no", "crop_code"),
        latest_by="plot_updated_on",
        may_be_blank=("house_id",),
        most=12,
    ),
    Extract(
        "crop_harvests",
        "oae",
        simulator.harvests,
        HANDS["crop_harvests"],
        grain=("cid", "plot_no", "crop_code", "crop_year"),
        latest_by="harvest_reported_on",
        may_be_blank=("yield_kg_rai",),
        most=12,
    ),
    Extract(
        "market_prices",
        "dit",
        simulator.prices,
        HANDS["market_prices"],
        grain=("market_id", "crop_code", "week_on"),
        latest_by="price_checked_on",
    ),
    Extract(
        "market_purchases",
        "dit",
        simulator.purchases,
        HANDS["market_purchases"],
        grain=("market_id", "crop_code", "purchase_month"),
        latest_by="purchase_reported_on",
    ),
    Extract(
        "farm_loans",
        "baac",
        simulator.loans,
        HANDS["farm_loans"],
        grain=("cid", "loan_no"),
        latest_by="balance_on",
        may_be_blank=("loan_purpose_code",),
        most=8,
    ),
)
