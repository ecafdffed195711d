"""What a column may be: proposed from its header and what its values show, with every reason; never decided here."""

from collections.abc import Sequence
from dataclasses import replace

from khlang.authoring import kinds, words
from khlang.authoring.dictionary import Dictionary, Named
from khlang.authoring.evidence import Evidence
from khlang.authoring.proposal import ENOUGH, IDENTIFIED, Guess
from khlang.contracts import Column


def guess(header: str, seen: Evidence, known: Dictionary, *, about_people: bool) -> Guess:
    """Propose what a column is.

    Args:
        header: As the file has it.
        seen: What its values show.
        known: The fields of the lake.
        about_people: Whether another column of the file identifies a person.
    """
    if not seen.filled:
        made = Guess(header, words.english(header), "STRING", "text", "none", carried=False)
        made = made.because("ไม่มีค่าเลย / no value at all").asked("ตัดออกหรือไม่ / leave it out?")
    else:
        named = known.named(header)
        fitting = next((one for one in named if fits(one.column, seen) >= IDENTIFIED), None)
        made = _of_field(header, seen, fitting) if fitting else _of_values(header, seen, known, about_people)
        made = _others(made, named, seen)
    return _facts(made, seen)


def fits(column: Column, seen: Evidence) -> float:
    """The share of values that read as a field's own."""
    if column.identifier:
        return seen.identifiers.get(column.identifier, 0.0)
    if column.codes:
        return seen.codes.get(column.codes, 0.0)
    if column.generalise == "year" or column.name == "birth_year":
        return max(seen.date, seen.integer)
    shares = {"date": seen.date, "month": seen.month, "integer": seen.integer, "money": seen.number}
    if column.standard == "text" and seen.sentences > 0.05 and not column.free_text:
        return 0.0
    return shares.get(column.standard, 1.0)


def _of_field(header: str, seen: Evidence, named: Named) -> Guess:
    column = named.column
    made = Guess(
        header, column.name, column.type, column.standard, column.personal, known=True,
        identifier=column.identifier, codes=column.codes,
        generalise="year" if column.name == "birth_year" and seen.date >= ENOUGH else column.generalise,
        required=seen.empty == 0, free_text=column.free_text, why=(named.why,),
    )  # fmt: skip
    if named.sure < 1:
        made = made.asked(f"หมายถึง {column.meaning_th} หรือไม่ / does it mean {column.meaning_en}?")
    if (share := fits(column, seen)) < ENOUGH:
        made = made.asked(f"อ่านได้เพียง {share:.0%} ของค่า / only {share:.0%} of the values read so: is it this field?")
    return made.asked(f"ใช้ฟิลด์ {column.name} หรือไม่ / is it the field {column.name}?") if not made.decide else made


def _of_values(header: str, seen: Evidence, known: Dictionary, about_people: bool) -> Guess:
    made = kinds.of_values(header, seen, known)
    if made.known:
        return made.asked(f"ใช้ฟิลด์ {made.name} หรือไม่ / is it the field {made.name}?")
    if made.carried and made.personal == "none":
        made = _classed(made, about_people)
    question = "ตั้งชื่อฟิลด์ใหม่ / name the new field" + (f": {made.name}?" if made.name else "")
    return made.asked(question) if made.carried else made


def _classed(made: Guess, about_people: bool) -> Guess:
    """The class by the header's words; in a table about people nothing is taken for harmless."""
    for kind, text in (
        ("sensitive", "ข้อมูลอ่อนไหว / a sensitive matter"),
        ("quasi", "ระบุตัวทางอ้อมได้ / a quasi-identifier"),
    ):
        if words.means(made.header, kind):
            return replace(made, personal=kind).because(f"หัวตารางบอกว่าเป็น{text}").asked(f"ชั้น {kind} / class {kind}?")
    if about_people:
        text = "อยู่ในตารางเดียวกับบุคคล / it stands beside a person"
        return replace(made, personal="quasi").because(text).asked("ชั้น quasi หรือ none / class quasi or none?")
    return made.asked("ไม่ใช่ข้อมูลส่วนบุคคลใช่หรือไม่ / no personal data?")


def _others(made: Guess, named: Sequence[Named], seen: Evidence) -> Guess:
    """Other fields that the same header leads to: those that read as well are asked about, the rest is told."""
    rest = [one for one in named if one.sure == 1 and one.column.name != made.name]
    well = [one.column.name for one in rest if fits(one.column, seen) >= ENOUGH]
    for one in [one for one in rest if one.column.name not in well][:2]:
        share = fits(one.column, seen)
        made = made.because(f"ไม่ใช่ {one.column.name}: อ่านได้ {share:.0%} / not {one.column.name}: {share:.0%} read so")
    return made.asked(f"หรือ / or {', '.join(well[:4])}?") if well else made


def _facts(made: Guess, seen: Evidence) -> Guess:
    if seen.filled and seen.empty:
        made = made.because(f"ว่าง {seen.empty:.1%} / empty")
    if seen.leading_zero and made.type == "STRING" and not made.codes and not made.identifier:
        made = made.because("มีเลขศูนย์นำหน้า / leading zeros: kept as text")
    return made
