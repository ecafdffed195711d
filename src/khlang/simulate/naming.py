"""Names of people who do not exist: given and family names of invented syllables, as unevenly spread as real ones.

A name may by chance be one that somebody bears; none was taken from anybody. Given names follow a Zipf law within each
sex, family names are many and mostly of one family, and who lives in one house mostly shares one.
"""

import numpy as np
import polars as pl

from khlang.simulate.identifiers import generator
from khlang.simulate.world import WOMAN

GIVEN_NAMES = 2500  # of each sex; the commonest is borne by about one in a hundred
PERSONS_A_FAMILY = 6
OWN_FAMILY = 0.25  # of a house's members, who bear another name than its head

_FIRST = ("กม", "กรร", "กฤต", "ขวัญ", "คณ", "จัน", "จิต", "ชน", "ชัย", "ชุ", "ฐิ", "ณัฐ", "ดวง", "ทรง", "ธัญ", "ธีร", "นภ",
          "นิ", "ปฏิ", "ประ", "ปิย", "พงษ์", "พิม", "ภัทร", "มณี", "ยุ", "รัต", "ลักษ", "วร", "วิ", "ศักดิ์", "ศิ", "สม", "สุ", "หฤ",
          "อนุ", "อรุ", "อภิ")  # fmt: skip
_MIDDLE = (
    "",
    "",
    "กา",
    "จิ",
    "ชา",
    "ดา",
    "ติ",
    "ทิ",
    "ธา",
    "นุ",
    "บู",
    "ปะ",
    "พา",
    "มา",
    "ยา",
    "ระ",
    "ลา",
    "วะ",
    "สา",
    "ภา",
)
_MAN = ("กร", "ชัย", "เดช", "ธร", "พงศ์", "พล", "ฤทธิ์", "วัฒน์", "ศักดิ์", "สิทธิ์", "ภูมิ", "รักษ์", "ยศ", "นันท์")
_WOMAN = ("กาญจน์", "จันทร์", "ดา", "ทิพย์", "นภา", "นี", "พร", "มาศ", "รัตน์", "ลักษณ์", "วรรณ", "ศรี", "สุดา", "อร")
_LAST = ("กิจ", "เจริญ", "ชัย", "ทอง", "ธรรม", "พันธุ์", "วงศ์", "ศิลป์", "สกุล", "สุข", "แสง", "อุดม", "นนท์", "ไพร", "ล้ำ", "คำ",
         "น้อย", "ใหญ่", "ดี", "งาม")  # fmt: skip


def named(persons: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """Persons (``cid``, ``house``, ``sex``) with ``given_name`` and ``family_name``, in their order."""
    rng = generator(seed, "names")
    given = _given(rng, persons["sex"].to_numpy())
    family = _family(rng, persons["house"].to_numpy())
    return persons.with_columns(given_name=pl.Series(given), family_name=pl.Series(family))


def other(rng: np.random.Generator, count: int, *, sex: np.ndarray | None = None) -> list[str]:
    """Further names: given names where the sexes are told, family names otherwise."""
    return _given(rng, sex) if sex is not None else _families(rng, count)


def _given(rng: np.random.Generator, sex: np.ndarray) -> list[str]:
    ranks = 1 / (np.arange(GIVEN_NAMES) + 20)
    names = {code: _invented(rng, GIVEN_NAMES, _WOMAN if code == WOMAN else _MAN) for code in (1, 2)}
    drawn = rng.choice(GIVEN_NAMES, size=len(sex), p=ranks / ranks.sum())
    return [names[int(code)][place] for code, place in zip(sex, drawn, strict=True)]


def _family(rng: np.random.Generator, house: np.ndarray) -> list[str]:
    count = len(house)
    pool = np.array(_families(rng, max(count // PERSONS_A_FAMILY, 1)))
    of_house = dict.fromkeys(house.tolist(), "")
    heads = pool[rng.integers(len(pool), size=len(of_house))]
    shared = dict(zip(of_house, heads, strict=True))
    own = rng.random(count) < OWN_FAMILY
    others = pool[rng.integers(len(pool), size=count)]
    return [str(another) if apart else str(shared[at])
            for at, apart, another in zip(house.tolist(), own, others, strict=True)]  # fmt: skip


def _families(rng: np.random.Generator, count: int) -> list[str]:
    heads, tails = _invented(rng, count, _LAST), rng.choice(np.array(_LAST), size=count)
    return [head + str(tail) for head, tail in zip(heads, tails, strict=True)]


def _invented(rng: np.random.Generator, count: int, endings: tuple[str, ...]) -> list[str]:
    parts = [rng.choice(np.array(syllables), size=count) for syllables in (_FIRST, _MIDDLE, endings)]
    return ["".join(map(str, syllables)) for syllables in zip(*parts, strict=True)]
