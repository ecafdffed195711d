"""Identifiers that belong to nobody: class-9 CIDs, juristic numbers, house codes, plates."""

import zlib

import numpy as np
import polars as pl

CLASS_9 = 9 * 10**11  # the first twelve digits of the smallest class-9 number
CONSONANTS = "กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A random stream of its own for each purpose, so that one more draw in one place moves no other."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


def with_check_digit(first_twelve: np.ndarray) -> np.ndarray:
    """Append the mod-11 check digit of Thai thirteen-digit numbers."""
    total = np.zeros(first_twelve.shape, dtype=np.int64)
    for place in range(12):
        total += first_twelve // 10 ** (11 - place) % 10 * (13 - place)
    check: np.ndarray = first_twelve * 10 + (11 - total % 11) % 10
    return check


def denied_numbers() -> np.ndarray:
    """First twelve digits of class 9 that look like a placeholder: all equal, ascending, descending (with wrap)."""
    return np.array([999_999_999_999, 901_234_567_890, 987_654_321_098], dtype=np.int64)


def issue(rng: np.random.Generator, count: int) -> np.ndarray:
    """Unique class-9 numbers with the right check digit, in random order; none on the deny-list."""
    wanted = count + len(denied_numbers())
    stride = 10**11 // wanted
    body = np.arange(wanted, dtype=np.int64) * stride + rng.integers(0, stride, wanted)
    first_twelve = CLASS_9 + rng.permutation(body)
    kept = first_twelve[~np.isin(first_twelve, denied_numbers())][:count]
    return with_check_digit(kept)


def house_codes(amphoe: pl.Series) -> pl.Series:
    """Eleven digits: the amphoe's four, a 9 (no real office counts so far), six of a running number in the amphoe."""
    frame = pl.DataFrame({"amphoe": amphoe})
    running = pl.int_range(pl.len()).over("amphoe").cast(pl.String).str.zfill(6)
    return frame.select(house_id=pl.col("amphoe") + "9" + running)["house_id"]


def plates(rng: np.random.Generator, count: int) -> pl.Series:
    """Unique plates ``1กก 1234``: a digit, two consonants, a number of up to four digits."""
    letters = len(CONSONANTS)
    space = 9 * letters * letters * 9999
    stride = space // max(count, 1)
    value = rng.permutation(np.arange(count, dtype=np.int64) * stride + rng.integers(0, stride, count))
    number, rest = value % 9999 + 1, value // 9999
    table = pl.Series(list(CONSONANTS))
    first, second, digit = rest % letters, rest // letters % letters, rest // letters // letters + 1
    return pl.select(
        pl.lit(pl.Series(digit)).cast(pl.String)
        + table.gather(first)
        + table.gather(second)
        + " "
        + pl.lit(pl.Series(number)).cast(pl.String)
    ).to_series()
