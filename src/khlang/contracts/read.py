"""One document of ``contracts/`` (ODCS 3.1) → one ``Table``. Every refusal names file, column and key."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from khlang.contracts import joins, second_route
from khlang.contracts.model import (
    CURATED_TAIL,
    Column,
    FreeText,
    Layer,
    Personal,
    Quality,
    Role,
    Schedule,
    Standard,
    Table,
)
from khlang.contracts.versions import Previous
from khlang.errors import ContractError

Document = Mapping[str, Any]


def table(path: str, document: Document, fields: Document, codes: Document, extra: Document) -> Table:
    """Read one contract together with the field dictionary, the code lists and its expectations."""
    where = f"contracts/{path}"
    own = properties(document)
    _decided(where, own)
    schema = _schema(where, document)
    layer = _one_of(where, "customProperties.layer", _need(where, own, "layer"), get_args(Layer))
    name = _need(where, schema, "name")
    version = str(_need(where, document, "version"))
    if not version.partition(".")[0].isdigit():
        raise ContractError(f"{where}: version is no number.", "Write it as 1.0.0.")
    declared = _need(where, schema, "properties")
    columns = tuple(column(where, each, fields, codes) for each in declared)
    _no_twins(where, [each.name for each in columns])
    keys = sorted((each for each in declared if each.get("primaryKey")), key=lambda each: each["primaryKeyPosition"])
    tail = tuple(column(where, _tail(each), fields, codes) for each in CURATED_TAIL) if layer == "curated" else ()
    known = {each.name for each in (*columns, *tail)}
    grain = tuple(each["name"] for each in keys)
    description = document.get("description") or {}
    return Table(
        name=name,
        version=int(version.partition(".")[0]),
        version_text=version,
        layer=layer,
        domain=_need(where, document, "domain"),
        agency=document.get("tenant") or "",
        owner_th=_need(where, _need(where, document, "team"), "name"),
        title_th=_need(where, own, "titleTh"),
        title_en=_need(where, document, "name"),
        description_th=_need(where, own, "descriptionTh"),
        description_en=_need(where, description, "purpose"),
        grain_th=_need(where, schema, "dataGranularityDescription"),
        columns=columns,
        tail=tail,
        grain=(("period", *grain) if layer == "curated" else grain),
        dedupe_by=_known(where, "dedupeBy", own.get("dedupeBy"), known),
        partition=_known(where, "partition", "period" if "period" in known else None, known),
        roles=tuple(Role(each["role"], each.get("access", "")) for each in _need(where, document, "roles")),
        inputs=tuple(own.get("inputs", ())),
        schedule=_schedule(where, document) if layer == "curated" else None,
        project=own.get("project"),
        licence=_need(where, own, "licence"),
        legal_basis=own.get("legalBasis", ""),
        agreement=own.get("agreement", ""),
        letter=own.get("letter", ""),
        retention_days=int(own.get("retentionDays", 0)),
        two_people=_flag(where, "customProperties.twoPeople", own.get("twoPeople", False)),
        source=str(_need(where, own, "source")) if layer == "common" else "",
        months=int(own.get("months", 1)),
        joins=joins.read(where, own.get("joins", ())),
        month_column=own.get("monthColumn"),
        register_of=tuple(own.get("registerOf", ())),
        previous=_previous(where, own.get("previous", ()), int(version.partition(".")[0])),
        second_route=second_route.read(where, own.get("secondRoute")),
        catalogue=own.get("catalogue", {}),
        quality=(
            *_column_quality(where, declared),
            *(_quality(where, each, None, "contract") for each in schema.get("quality", ())),
            *(_quality(f"expectations/{path}", each, None, "expectations") for each in extra.get("quality", ())),
        ),
        path=path,
    )


def column(where: str, document: Document, fields: Document, codes: Document) -> Column:
    """One column: what the contract says of it, and what its name means in the whole lake."""
    name = document.get("name")
    if not name:
        raise ContractError(f"{where}: a column has no name.", "Give every entry of properties a name.")
    place = f"{where}, column {name}"
    kind = _need(place, document, "physicalType")
    if name not in fields:
        raise ContractError(
            f"{place} is not in the field dictionary.",
            "Add it to contracts/fields.yaml, or use the name that is there.",
        )
    meaning = fields[name]
    for key, said in (("type", kind), ("personal", document.get("classification"))):
        if said is not None and said != meaning.get(key):
            raise ContractError(
                f"{place}: {key} is {said} here, and {meaning.get(key)} in the field dictionary.",
                "A column name means one thing in the whole lake: mend one of the two, or take another name.",
            )
    own = properties(document)
    _decided(place, own)
    listed = meaning.get("codes")
    if listed and listed not in codes:
        raise ContractError(f"{place}: there is no code list {listed}.", f"Add contracts/codes/{listed}.csv.")
    return Column(
        name=name,
        type=kind,
        nullable=not document.get("required", False),
        meaning_th=document.get("businessName") or meaning["meaning_th"],
        meaning_en=document.get("description") or meaning["meaning_en"],
        personal=_one_of(place, "classification", document.get("classification"), get_args(Personal)),
        standard=_one_of(place, "standard (fields.yaml)", meaning.get("standard"), get_args(Standard)),
        identifier=meaning.get("identifier"),
        aliases=tuple(own.get("aliases", ())),
        codes=listed,
        values=tuple(row["code"] for row in codes[listed]) if listed else (),
        generalise=own.get("generalise"),
        unit=meaning.get("unit"),
        free_text=_free_text(place, own.get("freeText"), meaning),
    )


def properties(document: Document) -> dict[str, Any]:
    """ODCS ``customProperties`` as a mapping."""
    return {each["property"]: each["value"] for each in document.get("customProperties") or ()}


def _decided(place: str, own: Document) -> None:
    """A draft that was proposed from a file is no contract before somebody has decided."""
    if "decide" in own:
        raise ContractError(f"{place}: a decision is open.", "Run `khlang contract lint`, which lists them all.")


def _previous(where: str, said: Any, version: int) -> tuple[Previous, ...]:
    """``previous`` of customProperties: earlier versions, each with its last day and what its columns come of."""
    found = []
    for each in said:
        place, number = f"{where}, previous {each.get('version')}", each.get("version")
        try:
            until = dt.date.fromisoformat(_need(place, each, "until"))
        except (TypeError, ValueError):
            until = None
        if until is None or not isinstance(number, int) or not 0 < number < version:
            raise ContractError(
                f"{place}: version is no number below {version}, or until is no day.",
                'Write such as {version: 1, until: "2027-06-30", columns: {…}}, the day in quotes.',
            )
        columns = {str(name): str(value) for name, value in (each.get("columns") or {}).items()}
        found.append(Previous(number, until, columns))
    return tuple(found)


def _free_text(place: str, said: Any, meaning: Document) -> FreeText | None:
    """The ``freeText`` of a column's customProperties: only plain text can be it."""
    if said is None:
        return None
    if meaning.get("standard") != "text" or meaning.get("identifier") or meaning.get("codes"):
        raise ContractError(
            f"{place}: freeText, but the column is an identifier, a code or no text.",
            "Take freeText out, or name another column: only standard text without identifier and codes can be it.",
        )
    wanted: FreeText = _one_of(place, "customProperties.freeText", said, get_args(FreeText))
    return wanted


def _tail(name: str) -> Document:
    kind = {"row_number": "BIGINT", "period": "STRING"}[name]
    return {"name": name, "physicalType": kind, "required": True, "classification": "none"}


def _schema(where: str, document: Document) -> Document:
    schemas = document.get("schema")
    if not isinstance(schemas, list) or len(schemas) != 1:
        raise ContractError(f"{where}: schema must list exactly one table.", "Write one contract a table.")
    schema: Document = schemas[0]
    return schema


def _schedule(where: str, document: Document) -> Schedule:
    agreed = {each["property"]: each["value"] for each in document.get("slaProperties") or ()}
    return Schedule(str(_need(where, agreed, "frequency")), int(_need(where, agreed, "dueDay")))


def _column_quality(where: str, columns: Sequence[Document]) -> list[Quality]:
    return [
        _quality(where, each, column["name"], "contract") for column in columns for each in column.get("quality") or ()
    ]


def _quality(where: str, document: Document, name: str | None, source: Any) -> Quality:
    code = document.get("name") or "?"
    place = f"{where}, rule {code}" + (f" of column {name}" if name else "")
    if not document.get("description"):
        raise ContractError(f"{place} gives no reason.", "Say in description why the limit is what it is.")
    arguments = dict(document.get("implementation") or {})
    return Quality(
        code=code,
        column=name or arguments.pop("column", None),
        arguments=arguments,
        severity=_one_of(place, "severity", document.get("severity"), ("critical", "warning")),
        reason=str(document["description"]).strip(),
        source=source,
    )


def _need(where: str, document: Document, key: str) -> Any:
    value = document.get(key)
    if value is None or value == "":
        raise ContractError(f"{where}: {key} is missing.", f"Add {key} there; any other contract shows its form.")
    return value


def _one_of(where: str, key: str, value: Any, allowed: Sequence[str]) -> Any:
    if value not in allowed:
        raise ContractError(f"{where}: {key} is missing or unknown.", f"Use one of: {', '.join(allowed)}.")
    return value


def _flag(where: str, key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ContractError(f"{where}: {key} is neither true nor false.", "Write true or false, without quotes.")
    return value


def _known(where: str, key: str, name: str | None, known: set[str]) -> str | None:
    if name is not None and name not in known:
        raise ContractError(f"{where}: {key} names a column {name} that is not there.", "Mend the name.")
    return name


def _no_twins(where: str, names: Sequence[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ContractError(f"{where}: column {', '.join(twins)} stands there twice.", "Keep one of them.")
