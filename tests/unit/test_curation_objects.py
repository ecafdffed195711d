from pathlib import Path

import pytest

from khlang import lake
from khlang.curation import objects

LOCATION = lake.table("spine", "spine", 1)


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("00000000000000000000.json", True),
        ("00000000000000000010.checkpoint.parquet", True),
        (".00000000000000000000.json.0a1b.tmp", False),
        ("00000000000000000000.crc", False),
    ],
)
def test_a_table_is_there_from_its_first_commit_on(tmp_path: Path, name: str, there: bool) -> None:
    place = objects.folder(tmp_path)
    assert not place.exists(LOCATION)
    place.objects.put(f"spine/spine_v1/_delta_log/{name}", b"{}")
    assert place.exists(LOCATION) is there


def test_locations_lie_below_the_root_they_are_given(tmp_path: Path) -> None:
    place = objects.folder(tmp_path)
    assert place.at(LOCATION) == f"{tmp_path}/spine/spine_v1"
    assert place.key(LOCATION) == "spine/spine_v1/"
    assert objects.Lake(place.objects).at(LOCATION) == LOCATION


def test_an_object_is_written_once_and_read_back(tmp_path: Path) -> None:
    keep = objects.FolderObjects(tmp_path)
    assert keep.put_new("a/b", b"1")
    assert not keep.put_new("a/b", b"2")
    assert keep.get("a/b") == b"1"
    keep.delete_folder("a/")
    assert (keep.get("a/b"), list(keep.keys("a/"))) == (None, [])
