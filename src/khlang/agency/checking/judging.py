"""Metrics → what the gate would say, rule by rule; and the rules that only the pool can judge."""

from dataclasses import dataclass
from typing import Final, Literal

from khlang.agency.checking.measures import Measures
from khlang.agency.counted import Counted
from khlang.contracts import Rule

State = Literal["passed", "warning", "refused"]

#: What is not judged here, and why: shown with every preview.
POOL_ONLY: Final[dict[str, tuple[str, str]]] = {
    "GATE-ROWS": (
        "จำนวนแถวที่ได้รับตรงกับใบกำกับ ใบกำกับทำขึ้นเมื่อปิดผนึก",
        "rows received equal the manifest's, which is made at sealing",
    ),
    "GATE-GRAIN": (
        "หนึ่งแถวต่อหนึ่งหน่วยข้อมูลหลังตัดแถวซ้ำ คลังกลางเป็นผู้ตัด (จำนวนแถวซ้ำตรวจที่นี่แล้ว)",
        "one row a unit once the pool has left out duplicates (they are counted here)",
    ),
    "GATE-FEWER": (
        "จำนวนแถวเทียบกับเดือนก่อน ๆ ที่คลังกลางรับไว้",
        "how many rows earlier months had, as the pool took them",
    ),
    "GATE-STUCK": (
        "เครื่องวัดที่ค่าค้าง คลังกลางเป็นผู้ดูทั้งเดือนพร้อมกัน",
        "gauges that are stuck at one value, which the pool sees over the whole month",
    ),
    "GATE-ORPHAN": (
        "ค่าอ้างอิงที่ไม่มีในทะเบียนของชุดข้อมูลอื่น คลังกลางเท่านั้นที่มีทั้งสองชุด",
        "references that another dataset does not hold: the pool alone has both",
    ),
    "GATE-TREND": (
        "ตัวเลขของเดือนเทียบกับช่วงที่เรียนรู้จากเดือนก่อน ๆ ของชุดข้อมูลเดียวกัน",
        "figures of the month against bands learned of the dataset's own past",
    ),
    "SIGNATURE": ("ลายมือชื่อ ความครบถ้วนของไฟล์ และแถวทดสอบ", "signature, whole parts and canary rows"),
    "SEQUENCE": ("ลำดับชุดส่งและการส่งทับชุดเดิม", "the order of submissions, and what they replace"),
    "LINK": ("อัตราการเชื่อมโยงกับเดือนก่อนและกับหน่วยงานอื่น", "link rates with last month and with other agencies"),
}


@dataclass(frozen=True)
class Judged:
    """One rule of the gate, judged here: a share where its metric is one, else a figure; rows behind it."""

    rule: Rule
    state: State
    observed: float
    counted: Counted

    @property
    def share(self) -> bool:
        """Whether the figure is a share of all rows."""
        return self.rule.metric.split("__")[0].endswith("_share")


def judge(measures: Measures) -> tuple[Judged, ...]:
    """Every rule of the contract that can be judged here, in the contract's order."""
    return tuple(_one(rule, measures) for rule in measures.rules if rule.code not in POOL_ONLY)


def _one(rule: Rule, measures: Measures) -> Judged:
    observed, counted = measures.metric(rule)
    low, high = rule.kwargs.get("min_value"), rule.kwargs.get("max_value")
    holds = (low is None or observed >= low) and (high is None or observed <= high)
    state: State = "passed" if holds else "refused" if rule.severity == "critical" else "warning"
    return Judged(rule, state, observed, counted)
