"""Maps by province and amphoe: outlines, classes, what may not be shown, the same bytes each time."""

from itertools import pairwise
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch

from khlang import settings
from khlang.errors import SetupError
from khlang.serve import maps, outlines
from khlang.serve.places import code_names

HERE = settings.load()
AMPHOE = code_names(HERE, "amphoe")


def patches(figure: Figure, kind: type) -> list[PathPatch]:
    return [patch for patch in figure.axes[0].patches if isinstance(patch, kind)]


def legend(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_a_path_is_read_with_each_ring_where_it_begins() -> None:
    found = [ring.tolist() for ring in outlines.rings("m 1,2 3,0 0,-1.5 z m 10,0 1e0,0 0,1 z M 5,5 6,6 5,7 Z")]
    assert found == [
        [[1, 2], [4, 2], [4, 0.5]],
        [[11, 2], [12, 2], [12, 3]],  # from where the first began
        [[5, 5], [6, 6], [5, 7]],
    ]


def test_every_province_has_its_outlines_and_a_lake_is_none() -> None:
    found = outlines.provinces()
    assert list(found) == sorted(code_names(HERE, "province"))
    assert all(len(ring) >= 3 for rings in found.values() for ring in rings)
    middle = {code: (max(rings, key=len).min(0) + max(rings, key=len).max(0)) / 2 for code, rings in found.items()}
    assert middle["50"][1] < middle["10"][1] < middle["90"][1], "Chiang Mai, Bangkok, Songkhla: north is above"
    assert middle["58"][0] < middle["50"][0] < middle["34"][0], "Mae Hong Son, Chiang Mai, Ubon: west is left"


def test_without_set_up_one_is_told_to_run_it(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="outlines of the provinces are not in the cache") as told:
        outlines.read(settings.load({"KHLANG_CACHE": str(tmp_path)}))
    assert (told.value.exit_code, told.value.remedy) == (10, "Run `make setup`, which fetches them.")


def test_a_drawing_that_lacks_a_province_is_refused(tmp_path: Path) -> None:
    here = settings.load({"KHLANG_CACHE": str(tmp_path)})
    from khlang import artefacts

    folder = artefacts.load(here).maps
    folder.mkdir(parents=True)
    (folder / "thailand.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><path aria-label="Bangkok" d="m 0,0 1,0 0,1 z"/></svg>'
    )
    with pytest.raises(SetupError, match=r"has no province 11, 12,"):
        outlines.read(here)


def test_the_package_says_under_which_licence_it_is_used() -> None:
    from khlang import artefacts

    folder = artefacts.load(HERE).maps
    assert "Creative Commons Attribution 4.0" in (folder / "README.md").read_text(encoding="utf-8")
    assert "Attribution 4.0 International" in (folder / "LICENSE.md").read_text(encoding="utf-8")


def test_classes_hold_all_figures_and_equal_ones_stand_together() -> None:
    assert maps.classes([]) == []
    assert maps.classes([7, 7, 7]) == [(7, 7)]
    assert maps.classes([1, 2, 3, 4, 5, 6, 7, 8, 9, 100]) == [(1, 2), (3, 4), (5, 6), (7, 8), (9, 100)]
    found = maps.classes([5] * 50 + [6, 7, 8])
    assert found[0][0] == 5
    assert found[-1][1] == 8
    assert all(before[1] < after[0] for before, after in pairwise(found))


def test_figures_of_rows_come_by_place_and_a_share_of_what_is_hidden_is_hidden() -> None:
    rows = [
        {"code": "10", "part": 10, "whole": 40},
        {"code": "11", "part": None, "whole": 40},
        {"code": "12", "part": 10, "whole": None},
        {"code": "13", "part": 0, "whole": 0},
    ]
    assert maps.of(rows, "part", "whole") == {"10": 0.25, "11": None, "12": None, "13": None}
    assert maps.of(rows[:1], "part") == {"10": 10}
    both = {"province_code": "10", "amphoe_code": "1001", "part": 3}
    assert maps.of([both], "part") == {"1001": 3}
    assert maps.of([both], "part", key="province_code") == {"10": 3}


def test_what_may_not_be_shown_is_hatched_and_what_is_missing_is_neither() -> None:
    made = maps.figure({"10": 120.0, "50": 30.0, "11": None}, title="ครัวเรือน", unit="ครัวเรือน")
    drawn = dict(zip(outlines.provinces(), patches(made, PathPatch), strict=True))
    assert [code for code, patch in drawn.items() if patch.get_hatch()] == ["11"]
    shades = {code: patch.get_facecolor() for code, patch in drawn.items()}
    assert len({shades["10"], shades["50"], shades["11"], shades["12"]}) == 4
    assert shades["12"] == shades["13"]
    assert legend(made) == ["30", "120", maps.WITHHELD, maps.UNKNOWN]
    assert made.axes[0].get_legend().get_title().get_text() == "ครัวเรือน"


def test_a_whole_map_has_no_mark_that_it_does_not_use() -> None:
    made = maps.figure(dict.fromkeys(outlines.provinces(), 0.25), title="ก", unit="ร้อยละ", text=maps.share)
    assert legend(made) == ["25%"]


def test_words_are_thai_in_the_packaged_font_and_the_drawing_is_credited() -> None:
    made = maps.figure({"50": 9.0, "10": 3.0}, title="ชื่อภาพ", unit="คน")
    texts = made.axes[0].texts
    assert [text.get_text() for text in texts] == ["เชียงใหม่", "กรุงเทพมหานคร", outlines.CREDIT]
    assert {text.get_fontname() for text in texts} == {"Sarabun"}
    assert "CC BY 4.0" in outlines.CREDIT


def test_an_amphoe_is_a_dot_of_its_own_within_its_province() -> None:
    for province in ("10", "58", "83"):  # fifty in a small one, seven in a large one, an island
        wanted = sum(code[:2] == province for code in AMPHOE)
        points, radius = maps.dots(province, wanted)
        assert len(set(points)) == wanted
        assert radius > 0
        shape = maps._path(outlines.provinces()[province])
        assert all(shape.contains_point(point) for point in points)


def test_a_map_by_amphoe_draws_every_amphoe() -> None:
    made = maps.figure(dict.fromkeys(AMPHOE, 4.0) | {"1001": None}, title="ก", unit="คน")
    circles = patches(made, Circle)
    assert len(circles) == len(AMPHOE)
    assert sum(bool(circle.get_hatch()) for circle in circles) == 1
    axes = Figure().subplots()
    maps.amphoe(axes, {"5001": 4.0}, title="ก", unit="คน", within=["50"])
    assert sum(isinstance(patch, Circle) for patch in axes.patches) == sum(code[:2] == "50" for code in AMPHOE)


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    values = {"10": 120.0, "50": 30.0, "11": None}
    for name in ("one.png", "two.png"):
        maps.draw(tmp_path / name, values, title="ครัวเรือน", unit="ครัวเรือน")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    maps.draw(tmp_path / "two.png", values | {"50": None}, title="ครัวเรือน", unit="ครัวเรือน")
    assert (tmp_path / "one.png").read_bytes() != (tmp_path / "two.png").read_bytes()
