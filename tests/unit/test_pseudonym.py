"""The vectors of the profile, the edges of normalisation, and that a column is sealed exactly as a single value is."""

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khlang import identifiers as ids
from khlang import pseudonym as ps
from khlang.errors import ContractError, RawIdentifierError

K_SRC, K_POOL, K_PROJ = (bytes(range(start, start + 32)) for start in (0x00, 0x20, 0x40))
SRC, POOL = ps.derive_key(K_SRC, "src", "e01"), ps.derive_key(K_POOL, "pool", "e01")
PROJ = ps.derive_key(K_PROJ, "proj", "demo")
VECTORS = [
    (
        "9123456789010",
        "s1.e01.2921e2b5b4c468b9d5c30f8c7c8221d9",
        "p1.e01.5c6b42dbd10c4b20fbeeb65dbd1f59ca",
        "j1.demo.6cd68c3ed24e70b25e9e66ebd4871612",
        101615752958220,
        119668731728462,
    ),
    (
        "9000000000012",
        "s1.e01.ca8505522dbf9d8ae6c2cdf74bab5d3d",
        "p1.e01.38ab6e3c30b1aaaa6484e576e46f5428",
        "j1.demo.dcc4bf3003bcc174ea8b31a4dd47f5d7",
        62308940001457,
        242737579295676,
    ),
    (
        "9999999999994",
        "s1.e01.c384a0ddfb3f3617dd436d1dd3c8a124",
        "p1.e01.606e40a2bc76096c78159a425113e5de",
        "j1.demo.486dab9e9185347d1203fb6e6fb0ae23",
        106026647075958,
        79635867931013,
    ),
]
GOOD = "9123456789010"


@pytest.mark.parametrize("vector", VECTORS, ids=[v[0] for v in VECTORS])
def test_vectors(vector: tuple[str, str, str, str, int, int]) -> None:
    cid, s, p, j, pid_p, pid_j = vector
    assert ps.source_pseudonym(cid, key=SRC, epoch="e01", type="th-cid") == s
    assert ps.pool_pseudonym(s, key=POOL, epoch="e01") == p
    assert ps.project_pseudonym(p, key=PROJ, project="demo") == j
    assert (ps.pid_of(p), ps.pid_of(j)) == (pid_p, pid_j)


def test_vectors_of_columns() -> None:
    sealed = pl.Series([v[1] for v in VECTORS] + [None])
    pooled = ps.pool_column(sealed, key=POOL, epoch="e01")
    project = ps.project_column(pooled, key=PROJ, project="demo")
    assert pooled.to_list() == [v[2] for v in VECTORS] + [None]
    assert project.to_list() == [v[3] for v in VECTORS] + [None]
    assert ps.pid_column(pooled).to_list() == [v[4] for v in VECTORS] + [None]
    assert ps.pid_column(project).dtype == pl.Int64
    assert ps.seal_column(pl.Series([VECTORS[0][0]]), key=SRC, epoch="e01", type="th-cid", simulation=True).row(0) == (
        VECTORS[0][1],
        None,
    )


def test_key_check_value() -> None:
    assert ps.key_check_value(SRC) == "c7153da8b5690f7c"


def test_type_is_part_of_the_message() -> None:
    other = ps.source_pseudonym(GOOD, key=SRC, epoch="e01", type="th-juristic")
    assert other != VECTORS[0][1]


NORMAL = [
    (GOOD, GOOD, None),
    ("๙๑๒๓๔๕๖๗๘๙๐๑๐", GOOD, None),
    ("９１２３４５６７８９０１０", GOOD, None),
    ("9-1234-56789-01-0", GOOD, None),
    ("9 1234 56789 01 0", GOOD, None),
    ("9\u00a01234\u00a056789\u00a001\u00a00", GOOD, None),
    ("\ufeff9123456789\u200b010", GOOD, None),
    ("9–1234—56789−01‐0", GOOD, None),
    ("9.1234.56789.01.0", GOOD, None),
    ("๙.๑๒๓๔.๕๖๗๘๙.๐๑.๐", GOOD, None),
    ("'9123456789010", GOOD, None),
    ("' 9123456789010\t", GOOD, None),
    ("''9123456789010", None, "bad_format"),
    ("9123456789.010", None, "bad_format"),
    ("91.2345.6789.01.0", None, "bad_format"),
    ("9.12345678901E+12", None, "bad_format"),
    ("9e12", None, "bad_format"),
    ("912345678901.0", None, "bad_format"),
    (" 9123456789010. ", None, "bad_format"),
    ("๙๑๒๓๔๕๖๗๘๙๐๑๐.๐", None, "bad_format"),
    ("912345678901", None, "bad_format"),
    ("91234567890100", None, "bad_format"),
    ("A123456789010", None, "bad_format"),
    ("9123456789011", None, "bad_check"),
    (None, None, "missing"),
    ("", None, "missing"),
    (" \u200b- ", None, "missing"),
    ("9999999999994", None, "placeholder"),
    ("0000000000001", None, "placeholder"),
    ("1234567890121", None, "placeholder"),
    ("0987654321092", None, "placeholder"),
    ("5678901234560", None, "placeholder"),
    ("1111111111119", None, "placeholder"),
]


@pytest.mark.parametrize(("text", "identifier", "reason"), NORMAL)
def test_normalise(text: str | None, identifier: str | None, reason: str | None) -> None:
    assert ids.normalise(text, simulation=True) == (identifier, reason)
    column = ids.normalise_column(pl.Series([text], dtype=pl.String), type="th-cid", simulation=True)
    assert column.row(0) == (identifier, reason)


def test_lost_zero_that_happens_to_fit_is_refused() -> None:
    """Excel drops a leading zero and adds ``.0``: thirteen digits that may pass the check, and must not."""
    fitting = next(n for n in range(10**11, 10**11 + 100) if _fits(f"{n}0"))
    assert ids.normalise(f"{fitting}0", simulation=True)[0] is not None
    assert ids.normalise(f"{fitting}.0", simulation=True) == (None, "bad_format")


def _fits(digits: str) -> bool:
    return ids.normalise(digits, simulation=True)[1] is None


def test_classes() -> None:
    assert ids.normalise(GOOD, simulation=False) == (None, "class_not_allowed")
    assert ids.normalise("0105536000310", type="th-juristic", simulation=False)[1] in {None, "bad_check"}
    assert ids.normalise("3100600123451", type="th-juristic", simulation=True) == (None, "class_not_allowed")
    assert ids.normalise(GOOD, type="th-juristic", simulation=True) == (GOOD, None)


@pytest.mark.parametrize(
    ("text", "type_", "expected"),
    [
        ("1001-023456-7", "house", ("10010234567", None)),
        ("๑๐๐๑๐๒๓๔๕๖๗", "house", ("10010234567", None)),
        ("10010234567.0", "house", (None, "bad_format")),
        ("00000000000", "house", (None, "placeholder")),
        ("1001023456", "house", (None, "bad_format")),
        ("๑กก ๑๒๓๔", "plate", ("1กก1234", None)),
        ("1กก-1234", "plate", ("1กก1234", None)),
        ("ab 12", "plate", ("AB12", None)),
        (" - ", "plate", (None, "missing")),
        ("1E5", "plate", (None, "bad_format")),
        ("1234.0", "plate", (None, "bad_format")),
        ("ก" * 17, "plate", (None, "bad_format")),
    ],
)
def test_other_types(text: str, type_: str, expected: tuple[str | None, str | None]) -> None:
    assert ids.normalise(text, type=type_, simulation=True) == expected
    assert ids.normalise_column(pl.Series([text]), type=type_, simulation=True).row(0) == expected


def test_contract_can_add_placeholders() -> None:
    assert ids.normalise(GOOD, simulation=True, deny=[GOOD]) == (None, "placeholder")
    column = ids.normalise_column(pl.Series([GOOD]), type="th-cid", simulation=True, deny=[GOOD])
    assert column.row(0) == (None, "placeholder")


def test_unknown_type_is_refused() -> None:
    with pytest.raises(ContractError, match="passport-x") as caught:
        ids.normalise("1", type="passport-x", simulation=True)
    assert caught.value.exit_code == 23


# Characters of real mess, so that most drawn texts are near a CID in one of its spoilt forms.
MESS = "0123456789๐๑๒๓๔๕๖๗๘๙. -'\u00a0\u200b\ufeff–EeกขABab\t９．ำ"
near = st.builds(
    lambda base, cuts, junk: "".join(junk[i % len(junk)] + c if i in cuts and junk else c for i, c in enumerate(base)),
    st.sampled_from([GOOD, "1001-023456-7", "1กก 1234", "9.1234.56789.01.0", "3100600123451"]),
    st.sets(st.integers(0, 16), max_size=4),
    st.text(MESS, min_size=1, max_size=3),
)
texts = st.one_of(st.none(), st.text(MESS, max_size=18), near, st.text(max_size=16))


@settings(max_examples=200, deadline=None)
@given(st.lists(texts, max_size=20), st.sampled_from(ids.TYPES), st.booleans())
def test_column_equals_scalar(values: list[str | None], type_: str, simulation: bool) -> None:
    column = ids.normalise_column(pl.Series(values, dtype=pl.String), type=type_, simulation=simulation)
    assert column.rows() == [ids.normalise(v, type=type_, simulation=simulation) for v in values]
    sealed = ps.seal_column(pl.Series(values, dtype=pl.String), key=SRC, epoch="e01", type=type_, simulation=simulation)
    for (identifier, _), s in zip(column.rows(), sealed["s"], strict=True):
        one = identifier and ps.source_pseudonym(identifier, key=SRC, epoch="e01", type=type_)
        assert s == one


def test_arrow_in_and_out() -> None:
    chunked = pa.chunked_array([[GOOD], [None]], type=pa.string())
    frame = ps.seal_column(chunked, key=SRC, epoch="e01", type="th-cid", simulation=True)
    pooled = ps.pool_column(frame["s"].to_arrow(), key=POOL, epoch="e01")
    assert pooled.to_arrow().to_pylist() == [VECTORS[0][2], None]


@pytest.mark.parametrize("value", [GOOD, "p1.e01." + "0" * 32, "s1.e01." + "0" * 31, "S1.e01." + "0" * 32])
def test_pool_column_refuses_what_is_no_source_pseudonym(value: str) -> None:
    with pytest.raises(RawIdentifierError) as caught:
        ps.pool_column(pl.Series([value]), key=POOL, epoch="e01")
    assert caught.value.exit_code == 27
    assert value not in str(caught.value)
