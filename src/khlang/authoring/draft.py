"""What was proposed of a file → the files of a draft: contract, new fields, expectations; each open decision marked.

A decision stands as the custom property ``decide`` beside what it is about; what nobody can infer is ``?``. Lint
refuses both, and the loader the first, until somebody has decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from khlang.authoring.checks import CATALOGUE, OPEN, UNKNOWN
from khlang.authoring.dictionary import Dictionary
from khlang.authoring.preview import Preview
from khlang.authoring.proposal import Guess
from khlang.contracts import Contracts, Table

Document = dict[str, Any]
_LOGICAL = {"BIGINT": "integer", "INT": "integer", "DATE": "date", "STRING": "string", "BOOLEAN": "boolean"}
_FORMATS = {"csv": "CSV", "xlsx": "XLS", "xls": "XLS", "parquet": "Database"}


@dataclass(frozen=True)
class Wish:
    """What the person who adds a dataset says: names, and who owns it; empty where the draft shall ask."""

    table: str
    domain: str
    agency: str
    owner: str = ""
    title_th: str = ""
    title_en: str = ""


def files(seen: Preview, wish: Wish, tables: Contracts) -> dict[str, str]:
    """Path below the draft → text."""
    sibling = next(iter(tables.by_agency(wish.agency)), None)
    contract = _contract(seen, wish, sibling, Dictionary(tables))
    made = {
        f"contracts/{wish.domain}/{wish.table}.yaml": _text(contract),
        f"expectations/{wish.domain}/{wish.table}.yaml": _EXPECTATIONS + _text(_expectations(seen)),
    }
    fields = {one.name: _field(one) for one in seen.carried if not one.known}
    if fields:
        made["contracts/fields.yaml"] = _text(fields)
    return made


def _contract(seen: Preview, wish: Wish, sibling: Table | None, known: Dictionary) -> Document:
    owner = wish.owner or (sibling.owner_th if sibling else UNKNOWN)
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": wish.table,
        "name": wish.title_en or UNKNOWN,
        "version": "1.0.0",
        "status": "draft",
        "domain": wish.domain,
        "tenant": wish.agency,
        "description": {"purpose": UNKNOWN},
        "team": {"name": owner},
        "roles": [{"role": "data-engineer", "access": "counts"}],
        "slaProperties": [
            {"property": "frequency", "value": "monthly"},
            {"property": "dueDay", "value": 10, "description": "day of the month after the period"},
        ],
        "customProperties": _own(seen, wish, sibling, owner),
        "schema": [
            {
                "name": wish.table,
                "physicalName": f"{wish.table}_v1",
                "logicalType": "object",
                "physicalType": "table",
                "dataGranularityDescription": UNKNOWN,
                "quality": [_rule("GATE-DUPLICATE", "uniqueness", {"limit": 0.05}, _REPEATED)],
                "properties": [_column(one, seen, known) for one in seen.carried],
            }
        ],
    }


_REPEATED = "A corrected row comes beside the first; above 5 % the file was appended to itself."


def _own(seen: Preview, wish: Wish, sibling: Table | None, owner: str) -> list[Document]:
    def said(name: str, value: Any) -> Document:
        return {"property": name, "value": value}

    stay = [one.header for one in seen.guesses if not one.carried]
    asked = [
        f"หน่วยข้อมูล / the grain: {', '.join(seen.grain) or UNKNOWN}; {seen.grain_why}",
        "เกณฑ์ในกฎคุณภาพเป็นข้อเสนอจากไฟล์เดียว / limits of the rules are proposals from one file",
        "กำหนดส่งวันที่ 10 ทุกเดือนใช่หรือไม่ / monthly, due on the 10th?",
    ]
    if stay:
        asked.append(f"ไม่ส่งออก / stay at the agency: {', '.join(stay)}")
    if sibling:
        asked.append(f"ฐานกฎหมาย ข้อตกลง ระยะเวลาเก็บ คัดจาก {sibling.name} / legal basis, agreement, retention as there")
    latest = [said("dedupeBy", seen.latest)] if seen.latest else []
    return [
        said(OPEN, asked),
        said("layer", "curated"),
        said("titleTh", wish.title_th or UNKNOWN),
        said("descriptionTh", UNKNOWN),
        *latest,
        said("licence", sibling.licence if sibling else UNKNOWN),
        said("legalBasis", sibling.legal_basis if sibling else UNKNOWN),
        said("agreement", sibling.agreement if sibling else UNKNOWN),
        said("letter", sibling.letter if sibling else UNKNOWN),
        said("retentionDays", sibling.retention_days if sibling else UNKNOWN),
        said("catalogue", _catalogue(seen, wish, sibling, owner)),
    ]


def _catalogue(seen: Preview, wish: Wish, sibling: Table | None, owner: str) -> Document:
    old: Mapping[str, Any] = sibling.catalogue if sibling else {}
    people = any(one.personal != "none" for one in seen.carried)
    told: Document = dict.fromkeys(CATALOGUE, UNKNOWN)
    told |= {name: old[name] for name in ("maintainer", "maintainer_email", "objective", "license_id") if name in old}
    kind = seen.file.rpartition(".")[2].lower()
    told |= {
        "data_type": "ข้อมูลระเบียน",
        "title": wish.title_th or UNKNOWN,
        "owner_org": owner,
        "update_frequency_unit": "เดือน",
        "update_frequency_interval": "1",
        "data_format": [_FORMATS.get(kind, kind.upper())],
        "data_category": "ข้อมูลส่วนบุคคล" if people else UNKNOWN,
    }
    return told


def _column(one: Guess, seen: Preview, known: Dictionary) -> Document:
    aliases = [one.header, *(header for header in known.headers_of(one.name, one.header) if header != one.header)]
    own: list[Document] = [{"property": OPEN, "value": [*one.decide, *(f"เพราะ / because: {why}" for why in one.why)]}]
    own.append({"property": "aliases", "value": aliases[:6]})
    if one.generalise:
        own.append({"property": "generalise", "value": one.generalise})
    if one.free_text:
        own.append({"property": "freeText", "value": one.free_text})
    made: Document = {
        "name": one.name,
        # Its meaning stands in fields.yaml; here only what this table means by it beyond that.
        "logicalType": _LOGICAL.get(one.type, "number"),
        "physicalType": one.type,
        "required": one.required or one.name in seen.grain,
    }
    if one.name in seen.grain:
        made |= {"primaryKey": True, "primaryKeyPosition": seen.grain.index(one.name) + 1}
    made |= {"classification": one.personal, "customProperties": own}
    if rules := _rules(one):
        made["quality"] = rules
    return made


def _rules(one: Guess) -> list[Document]:
    if one.identifier:
        return [
            _rule(
                "GATE-PID", "completeness", {"limit": 0.05}, "Typed by hand some are wrong; 5 % mean a wrong column."
            ),
            _rule(
                "GATE-HEAVY", "uniqueness", {"rows": 50}, "One person does not stand on more rows of a month than this."
            ),
        ]
    if one.codes:
        reason = "Codes are chosen from a list in the office's system; above 1 % the list is another one."
        return [_rule("GATE-CODE", "conformity", {"limit": 0.01}, reason)]
    if one.type == "STRING" and one.standard != "month":
        return []
    reason = "Above one unreadable value in fifty the column is not what its header says."
    made = [_rule("GATE-TYPE", "conformity", {"limit": 0.02}, reason)]
    if one.standard in {"date", "month"}:
        late = "A date after the period is a typing mistake or an unread Buddhist year; above 1 % it is the era."
        made.append(_rule("GATE-PERIOD", "consistency", {"limit": 0.01}, late))
    return made


def _rule(code: str, dimension: str, arguments: Document, reason: str) -> Document:
    return {
        "name": code, "type": "custom", "engine": "khlang", "dimension": dimension, "severity": "critical",
        "implementation": arguments, "description": reason,
    }  # fmt: skip


def _field(one: Guess) -> Document:
    made: Document = {
        "type": one.type, "personal": one.personal, "standard": one.standard, "meaning_th": one.header,
        "meaning_en": UNKNOWN,
    }  # fmt: skip
    if one.codes:
        made["codes"] = one.codes
    if one.standard in {"money", "integer"}:
        made["unit"] = "baht" if one.name.endswith("_baht") else UNKNOWN
    return made


_EXPECTATIONS = "# What the contract cannot say: bands that experience gives, each with its reason.\n"


def _expectations(seen: Preview) -> Document:
    least = 10 ** max(len(str(seen.rows)) - 2, 1)
    rule = _rule(
        "GATE-COUNT", "coverage", {"minimum": least}, "Fewer rows than a tenth of the first file are a filtered export."
    )
    return {"quality": [rule | {"severity": "warning"}]}


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key, as in every contract."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, False)


def _text(document: Document) -> str:
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
