"""What each account of the object store may not do, tried on the real server, with what it may beside it."""

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from tests.minio_fixture import new_settings, running

from khlang import store
from khlang.settings import Settings
from khlang.stack import minio, secrets

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

GET, PUT, DELETE, LIST = "get", "put", "delete", "list"
# Every place that a role could meet, each with an object in it.
PLACES = {
    "landing": ("landing", "agency/dataset/2026-01/x/part-0001.age"),
    "headers": ("headers", "agency/dataset/2026-01/x/part-0001.age"),
    "receipts": ("receipts", "agency/dataset/2026-01/x/received.json"),
    "link file": ("landing", "agency/dataset/2026-01/y/link-0001.age"),
    "link header": ("headers", "agency/dataset/2026-01/y/link-0001.age"),
    "scratch": ("scratch", "poverty/mine/part.parquet"),
    "metastore of scratch": ("scratch", "_metastore/poverty/part"),
    "link counts": ("lake", "ops/link_weights_v1/part.parquet"),
    "rotation": ("lake", "spine/_rotation/state.json"),
    **{
        layer: ("lake", f"{layer}/table_v1/part.parquet")
        for layer in ("accepted", "_metastore", "_leases", *minio.CURATE_LAYERS)
    },
}
RW = {GET, PUT, DELETE, LIST}
SERVED = ("projects", "ops", "link counts", "common")
ALLOWED: dict[str, dict[str, set[str]]] = {
    "gateway": {
        "landing": {PUT},
        "headers": {PUT},
        "link file": {PUT},
        "link header": {PUT},
        "receipts": {GET, PUT, LIST},
    },
    "land": {
        "landing": {GET, LIST},
        "link file": {GET, LIST},
        "headers": {GET, DELETE, LIST},
        "link header": {GET, DELETE, LIST},
        "receipts": {GET, PUT, LIST},
        "accepted": RW,
    },
    "curate": {
        "accepted": {GET, LIST},
        "receipts": {GET, PUT, LIST},
        "_leases": RW,
        **dict.fromkeys((*minio.CURATE_LAYERS, "link counts", "rotation"), RW),
    },
    # What it may delete are link files' headers by their names; what is tried here has another name.
    "linkage": {
        "link file": {GET},
        "link header": {GET},
        "receipts": {GET, PUT, LIST},
        "curated": {GET, LIST},
        "_leases": RW,
        "links": RW,
        "link counts": RW,
        "rotation": {GET},  # its state; not the map of pids beside it
    },
    "trino-loader": {"_metastore": RW, **{layer: {GET, LIST} for layer in ("marts", *SERVED)}},
    "trino-scratch": {"scratch": RW, "metastore of scratch": RW},
    "trino-read": {layer: {GET, LIST} for layer in ("_metastore", *SERVED)},
}


@pytest.fixture(scope="module")
def provisioned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A server of its own, with buckets, accounts and one object in every place."""
    settings = new_settings(tmp_path_factory.mktemp("roles"))
    with running(settings):
        minio.provision(settings)
        minio.provision(settings)  # a second time brings rights up to date and breaks nothing
        root = store.client(settings, "root")
        for bucket, key in PLACES.values():
            root.put_object(Bucket=bucket, Key=key, Body=b"x", ChecksumAlgorithm="SHA256")
        yield settings
        root.close()


def may(action: Callable[[], object]) -> bool:
    """Whether the server lets it through; any refusal but the one of rights is an error of the test."""
    try:
        action()
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "403"):
            raise
        return False
    return True


def rights(s3: "S3Client", bucket: str, key: str) -> set[str]:
    """Which of the four actions pass on this object; the deletion is of a name that nothing has."""
    folder = key.rpartition("/")[0] + "/"
    tries: dict[str, Callable[[], object]] = {
        GET: functools.partial(s3.head_object, Bucket=bucket, Key=key),
        PUT: lambda: s3.put_object(Bucket=bucket, Key=f"{folder}new", Body=b"y", ChecksumAlgorithm="SHA256"),
        DELETE: functools.partial(s3.delete_object, Bucket=bucket, Key=f"{folder}none"),
        LIST: functools.partial(s3.list_objects_v2, Bucket=bucket, Prefix=folder),
    }
    return {name for name, action in tries.items() if may(action)}


@pytest.mark.parametrize("role", secrets.ROLES)
def test_a_role_may_exactly_this(provisioned: Settings, role: str) -> None:
    s3 = store.client(provisioned, role)
    found = {place: rights(s3, *where) for place, where in PLACES.items()}
    s3.close()
    assert {place: allowed for place, allowed in found.items() if allowed} == ALLOWED[role]


@pytest.mark.parametrize("role", secrets.ROLES)
def test_no_role_reaches_past_its_buckets(provisioned: Settings, role: str) -> None:
    s3 = store.client(provisioned, role)
    assert not may(lambda: s3.create_bucket(Bucket="another"))
    assert not may(lambda: s3.put_bucket_policy(Bucket="landing", Policy="{}"))
    assert not may(lambda: s3.put_object_lock_configuration(Bucket="landing", ObjectLockConfiguration={}))
    assert not may(lambda: s3.list_objects_v2(Bucket="lake"))  # the whole lake at once
    s3.close()


def test_landing_keeps_a_sent_part_even_from_root(provisioned: Settings) -> None:
    bucket, key = PLACES["landing"]
    root = store.client(provisioned, "root")
    version = root.list_object_versions(Bucket=bucket, Prefix=key)["Versions"][0]["VersionId"]
    held = root.get_object_retention(Bucket=bucket, Key=key, VersionId=version)["Retention"]
    assert held["Mode"] == "GOVERNANCE"
    with pytest.raises(ClientError, match="WORM protected"):
        root.delete_object(Bucket=bucket, Key=key, VersionId=version)
    root.close()


def test_a_role_with_a_wrong_secret_is_nobody(provisioned: Settings) -> None:
    path = provisioned.secrets / "minio-land.json"
    kept = path.read_text()
    pair = secrets.minio(provisioned, "land")
    path.write_text(kept.replace(pair["secret_key"], "x" * 40))
    s3 = store.client(provisioned, "land")
    path.write_text(kept)
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        s3.list_objects_v2(Bucket="landing")
    s3.close()
