"""The pages as Markdown: one a domain, and the overview of all. Pure; neither clock nor machine is told."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from khlang.demo.pages.notebook import Part
from khlang.demo.pages.sources import mark
from khlang.demo.pages.tables import table
from khlang.serve.outcomes import FRAMEWORKS, place
from khlang.serve.told import LEFT_OUT, UNKNOWN

Facts = Mapping[str, Any]
HEAD = """# What each domain is asked, and what the demo answers · โจทย์ของแต่ละด้านและคำตอบจากการสาธิต

Written by `make domains` from the last demo: do not edit. All persons are simulated; × stands for a figure that is not
shown, for it counts fewer than ten. What took how long stands in `seconds.json`.
"""


def page(domain: str, facts: Facts, parts: Sequence[Part], pictures: Mapping[int, str]) -> str:
    """A domain's page.

    Args:
        domain: Its name.
        facts: What ``facts.of`` gave, with ``made_of``.
        parts: Its notebook, run.
        pictures: Place of a part that is a picture → its file, from the page's folder.
    """
    said = [mark(facts["made_of"]), f"# {facts['question']['th']}", f"*{facts['question']['en']}*", summary(facts)]
    said += [
        _picture(domain, facts),
        *_marts(facts),
        *national([facts]),
        "## สมุดบันทึก · The notebook, run as the analyst",
    ]
    said += [_part(part, pictures.get(at, "")) for at, part in enumerate(parts)]
    return "\n\n".join(filter(None, said)) + "\n"


def overview(made: Mapping[str, Facts]) -> str:
    """``README.md`` of the folder."""
    said = [HEAD.rstrip(), _short(made)]
    for domain, facts in made.items():
        asked = facts["question"]
        said += [f"## [{asked['th']}]({domain}.md)", f"*{asked['en']}*", summary(facts), _picture(domain, facts)]
    said += national(list(made.values()))
    return "\n\n".join(said) + "\n"


def summary(facts: Facts) -> str:
    """Owner, first figures, extracts and marts of one domain."""
    plan = facts["demo"]
    people = f"{plan['people']:,} people, seed {plan['seed']}, {plan['periods'][0]} to {plan['periods'][-1]}"
    lines = [f"**เจ้าภาพ · owner:** {', '.join(facts['owners'])} · **demo:** {people}"]
    lines.append("\n".join(f"* **{_count(card['value'])}** {card['th']} ({card['en']})" for card in facts["cards"]))
    heading = ("ชุดข้อมูล · dataset", "หน่วยงาน · agency", "งวด · months", "แถวที่ส่ง · rows sent",
               "ไม่รับ (ซ้ำ ผิด) · rows not taken", "กฎที่ผ่าน · rules met", "ส่งคืนทั้งไฟล์ · extracts refused",
               "เชื่อมโยงได้ · link rate")  # fmt: skip
    lines.append(table(heading, [_extract(row) for row in facts["extracts"]]))
    if facts["also_reads"]:
        lines.append(f"อ่านด้วย · also reads: {', '.join(f'`{name}`' for name in facts['also_reads'])}")
    rows = [[f"[`{mart['name']}`](../reference/{mart['name']}.md) {mart['title']}", f"{mart['rows']:,}",
             "✓" if mart["equals_truth"] else "✗"] for mart in facts["marts"]]  # fmt: skip
    lines.append(table(("ตารางคำตอบ · mart", "แถว · rows", "ตรงกับความจริงที่สังเกตได้ · equals the observable truth"), rows))
    return "\n\n".join(lines)


def national(made: Sequence[Facts]) -> list[str]:
    """National outcomes of some domains: indicator, target, value, source mart and version."""
    rows = [row for facts in made for row in facts["outcomes"]]
    if not rows:
        return []
    heading = ("ตัวชี้วัด · indicator", "ค่า · value", "หน่วย · unit", "งวด · period", "เป้าหมาย · target", "ตาราง · mart",
               "วัดอะไร · what is measured", "ที่มา · source")  # fmt: skip
    ordered = sorted(rows, key=lambda row: place(row["framework"], row["code"]))
    return ["## ผลลัพธ์ระดับชาติ · National outcomes", table(heading, [_outcome(row) for row in ordered])]


def dumps(document: Mapping[str, Any]) -> str:
    """JSON as it is stored beside the pages."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _short(made: Mapping[str, Facts]) -> str:
    heading = ("ด้าน · domain", "เจ้าภาพ · owner", "ชุดข้อมูล · extracts", "แถว · rows", "ตารางคำตอบ · marts",
               "ตรงกับความจริง · equal the truth")  # fmt: skip
    rows = [
        [
            f"[{domain}]({domain}.md)",
            ", ".join(facts["owners"]),
            str(sum(row["months"] for row in facts["extracts"])),
            f"{sum(row['rows'] for row in facts['extracts']):,}",
            str(len(facts["marts"])),
            "✓" if all(mart["equals_truth"] for mart in facts["marts"]) else "✗",
        ]
        for domain, facts in made.items()
    ]
    return table(heading, rows)


def _extract(row: Facts) -> list[str]:
    rate = UNKNOWN if row["link_rate"] is None else f"{row['link_rate']:.2%}"
    numbers = [f"{row['rows']:,}", f"{row['not_taken']:,}", f"{row['met']} / {row['rules']}"]
    name = f"[`{row['dataset']}`](../reference/{row['dataset']}.md) {row['title']}"
    return [name, row["owner"], str(row["months"]), *numbers, str(row["refused_extracts"]), rate]


def _outcome(row: Facts) -> list[str]:
    frame, value = FRAMEWORKS[row["framework"]], {"withheld": LEFT_OUT, "shown": f"{row['value']}"}
    reached = {True: " ✓", False: " ✗", None: ""}[row["met"]]
    return [
        f"**{row['code']}** {row['name']['th']} ({row['name']['en']}; {frame.en})",
        value.get(row["state"], UNKNOWN),
        f"{row['unit']['th']} · {row['unit']['en']}",
        row["period"] or UNKNOWN,
        f"{row['target_words']['th']} · {row['target_words']['en']}{reached}",
        f"`{row['mart']}`",
        f"{row['measured']['th']} · {row['measured']['en']}",
        row["source"],
    ]


def _picture(domain: str, facts: Facts) -> str:
    words = facts["picture"]
    return f"![{words['th']}](pictures/{domain}.png)\n\n*{words['th']} · {words['en']}*"


def _marts(facts: Facts) -> list[str]:
    """The sums of every mart: the mart is the observable truth, the population is what is."""
    said = ["## ตัวเลขกับความจริง · Figures and the truth", f"{facts['note']['th']} {facts['note']['en']}"]
    heading = ("ตัวเลข · figure", "ตารางคำตอบ · mart", "ประชากรจำลอง · population", "ต่าง · gap")
    for mart in facts["marts"]:
        said.append(f"`{mart['name']}` {mart['period']}: {mart['question']}")
        said.append(table(heading, [_figure(row) for row in mart["figures"]]))
    return said


def _figure(row: Facts) -> list[str]:
    mart, real = row["mart"], row["population"]
    gap = UNKNOWN if None in (mart, real) else f"{mart / real - 1:+.1%}"
    return [f"`{row['figure']}`", _count(mart), _count(real), gap]


def _part(part: Part, picture: str) -> str:
    if part.kind == "words":
        return re.sub(r"^#", "##", part.text, flags=re.MULTILINE)
    if part.kind == "picture":
        return f"![ภาพ]({picture})"
    if part.kind == "code":
        return f"<details><summary>โค้ด · code</summary>\n\n```python\n{part.text}\n```\n\n</details>"
    return (
        part.text if part.kind == "table" else f"```{'sql' if part.kind == 'sql' else 'text'}\n{part.text.strip()}\n```"
    )


def _count(value: int | None) -> str:
    return LEFT_OUT if value is None else f"{value:,}"
