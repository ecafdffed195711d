"""A column that no field of the lake fits by its header: what its values show, by the first rule that holds."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from khlang.agency.reading import headers
from khlang.authoring import words
from khlang.authoring.dictionary import Dictionary
from khlang.authoring.evidence import Evidence
from khlang.authoring.proposal import ENOUGH, IDENTIFIED, Guess

LIVES = 40  # years over which dates of birth spread, and dates of business do not
SENTENCES = 0.05  # of the filled values: above it a column is free text
COUNTED = 0.95  # of rows with a running number of their own: a corrected row often bears that of the first
FEW = 3  # different values: fewer stand in nearly every list
Rule = Callable[[str, Evidence, Dictionary], Guess | None]


def of_values(header: str, seen: Evidence, known: Dictionary) -> Guess:
    """The first kind that a column's values show; short texts where they show none."""
    found = (made for rule in _RULES if (made := rule(header, seen, known)))
    return next(found, None) or _plain(header, seen)


def _identifier(header: str, seen: Evidence, known: Dictionary) -> Guess | None:
    wanted = "th-juristic" if words.means(header, "juristic") else "th-cid"
    kinds = [wanted, "th-cid", "th-juristic"]
    kinds += [kind for kind in ("house", "plate") if words.means(header, kind)]
    for kind in kinds:
        share = seen.identifiers.get(kind, 0.0)
        column = next((c for c in known.columns.values() if c.identifier == kind), None)
        if share >= IDENTIFIED and column:
            text = (
                f"{share:.0%} ของค่าเป็นเลขชนิด {kind} ที่หลักตรวจสอบถูกต้อง / of the values are {kind} with a true check digit"
            )
            made = Guess(
                header, column.name, column.type, column.standard, column.personal, known=True, identifier=kind
            )
            return replace(made, required=seen.empty == 0).because(text)
    return None


def _stays(header: str, seen: Evidence, known: Dictionary) -> Guess | None:
    """Names, addresses, sentences, the file's own running number: proposed to stay at the agency."""
    del known
    why = ""
    # A header alone is enough where no date, month or number stands below it: what names somebody is not let slip.
    said = headers.why(header) if max(seen.date, seen.month, seen.number) < IDENTIFIED else "not-in-contract"
    if words.means(header, "person") or "direct-identifier" in {seen.direct, said}:
        why = "ระบุตัวบุคคลได้โดยตรง / it names a person"
    elif seen.sentences > SENTENCES or said == "free-text":
        why = "เป็นข้อความอิสระ / people write sentences there"
    elif seen.distinct >= COUNTED * seen.rows and seen.integer == 1 and words.means(header, "serial"):
        why = "เลขลำดับของไฟล์ ไม่ใช่ข้อมูล / the file's own running number"
    if not why:
        return None
    personal = "none" if why.startswith("เลขลำดับ") else "direct"
    made = Guess(header, words.english(header), "STRING", "text", personal, carried=False)
    return made.because(why).asked("ไม่ส่งออกจากหน่วยงานใช่หรือไม่ / it stays at the agency?")


def _birth(header: str, seen: Evidence, known: Dictionary) -> Guess | None:
    spread = seen.years[1] - seen.years[0] if seen.years else 0
    named = words.means(header, "birth")
    if seen.date < ENOUGH or not (named or spread >= LIVES) or "birth_year" not in known.columns:
        return None
    column = known.columns["birth_year"]
    why = (
        "หัวตารางบอกว่าเป็นวันเกิด / the header says birth"
        if named
        else f"วันที่กระจายกว่า {LIVES} ปี เหมือนวันเกิด / dates over {LIVES} years, as of births"
    )
    made = Guess(header, column.name, column.type, column.standard, column.personal, known=True, generalise="year")
    return made.because(why, "ตัวระบุทางอ้อม: ส่งเฉพาะปี / a quasi-identifier: only the year leaves")


def _postcode(header: str, seen: Evidence, known: Dictionary) -> Guess | None:
    named = words.means(header, "postcode")
    if seen.postcode < ENOUGH or not (named or (seen.distinct > 20 and seen.integer == 1 and not seen.codes)):
        return None
    del known
    made = Guess(header, "postcode", "STRING", "text", "quasi", required=seen.empty == 0)
    why = f"{seen.postcode:.0%} ของค่าเป็นรหัสไปรษณีย์ได้ / of the values may be postcodes"
    ask = "ใช้รหัสจังหวัดหรืออำเภอแทนได้หรือไม่ / would a province or amphoe do instead?"
    return made.because(why, "ตัวระบุทางอ้อม / a quasi-identifier").asked(ask)


def _coded(header: str, seen: Evidence, known: Dictionary) -> Guess | None:
    lists = sorted((name for name, share in seen.codes.items() if share >= ENOUGH), key=lambda n: -seen.codes[n])
    said = [name for name in lists if _says(header, name)]
    only = [name for name in lists if known.by_codes(name)] if seen.distinct >= FEW else []
    if not said and len(only) != 1:
        return None  # small numbers stand in many lists: without a word in the header that proves nothing
    name = (said or only)[0]
    field = known.by_codes(name)
    made = Guess(header, field.name if field else f"{name}_code", "STRING", "code", "quasi", codes=name)
    if field:
        made = replace(made, type=field.type, standard=field.standard, personal=field.personal, known=True)
    why = f"{seen.codes[name]:.0%} ของค่าอยู่ในรายการรหัส {name} / of the values stand in the code list {name}"
    made = replace(made, required=seen.empty == 0).because(why)
    others = [other for other in lists if other != name][:4]
    return made.asked(f"หรือรายการ / or the list {', '.join(others)}?") if others else made


def _says(header: str, codes: str) -> bool:
    """Whether a header shares a word with the name of a list."""
    return bool(set(words.english(header).split("_")) & {codes, *codes.split("_")})


def _dated(header: str, seen: Evidence, known: Dictionary) -> Guess | None:
    del known
    if seen.date >= ENOUGH:
        name = words.english(header)
        name = name if not name or name.endswith("_on") else f"{name}_on"
        made = Guess(header, name, "DATE", "date", "none", required=seen.empty == 0)
        return made.because("วันที่ / dates: " + ", ".join(f"{form} {share:.0%}" for form, share in seen.dates.items()))
    if seen.month >= ENOUGH and words.means(header, "quasi") is False and seen.integer < ENOUGH:
        made = Guess(header, words.english(header), "STRING", "month", "none", required=seen.empty == 0)
        return made.because(f"{seen.month:.0%} ของค่าเป็นเดือน / of the values are months")
    return None


def _number(header: str, seen: Evidence, known: Dictionary) -> Guess | None:
    del known
    name, required = words.english(header), seen.empty == 0
    if seen.number < ENOUGH or seen.leading_zero:
        return None
    if seen.integer >= ENOUGH and not seen.decimals and seen.whole_digits <= 18:
        if "code" in name or "number" in name:
            made = Guess(header, name, "STRING", "text", "none", required=required)
            return made.because("ตัวเลขที่หัวตารางเรียกว่ารหัสหรือเลขที่ / numbers that the header calls a code or number")
        made = Guess(header, name, "BIGINT", "integer", "none", required=required)
        return made.because(f"{seen.integer:.0%} ของค่าเป็นจำนวนเต็ม / of the values are whole numbers")
    scale = min(max(seen.decimals, 1), 6)
    made = Guess(header, name, f"DECIMAL({14 if scale <= 2 else 16},{scale})", "money", "none", required=required)
    return made.because(f"{seen.number:.0%} ของค่าเป็นตัวเลข ทศนิยมไม่เกิน {scale} / of the values are numbers")


_RULES: Sequence[Rule] = (_identifier, _birth, _stays, _postcode, _coded, _dated, _number)


def _plain(header: str, seen: Evidence) -> Guess:
    made = Guess(header, words.english(header), "STRING", "text", "none", required=seen.empty == 0)
    made = made.because("ข้อความสั้น / short texts")
    lists = [name for name, share in seen.named.items() if share >= ENOUGH]
    if lists:
        text = f"ค่าเป็นชื่อในรายการรหัส {', '.join(lists)} / values are names of the code list"
        made = made.because(text).asked("ขอเป็นรหัสจากหน่วยงานได้หรือไม่ / can the office send the code?")
    return made
