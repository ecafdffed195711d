"""The object store: MinIO's launch, its buckets, one account a role with that role's rights, and a probe.

The rights are those of ``docs/privacy.md``: who may write cannot read, who serves cannot write.
"""

import json
import uuid
from typing import TYPE_CHECKING, Any

from khlang import artefacts, lake
from khlang.errors import ServiceError
from khlang.settings import CORRECTION_DAYS, Settings
from khlang.stack import secrets
from khlang.stack.process import Launch, base_environment

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

READ = ("s3:GetObject",)
WRITE = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
#: Bucket → days in which no version of an object can be deleted but by the store's owner.
LOCKED = {lake.LANDING: CORRECTION_DAYS, lake.AUDIT: 3650}
ALL = (*READ, *WRITE, "s3:DeleteObject")
CURATE_LAYERS = (
    "staging", "curated", "quarantine", "spine", "links", "marts", "history", "projects", "ops", "common",
)  # fmt: skip

# role → (bucket, folders ("" = all of it), rights on objects, may list)
GRANTS: dict[str, tuple[tuple[str, tuple[str, ...], tuple[str, ...], bool], ...]] = {
    "gateway": (
        (lake.LANDING, ("",), ("s3:PutObject",), False),
        (lake.HEADERS, ("",), ("s3:PutObject",), False),
        (lake.RECEIPTS, ("",), (*READ, "s3:PutObject"), True),
        (lake.AUDIT, ("",), (*READ, "s3:PutObject"), True),
    ),
    "land": (
        (lake.LANDING, ("",), READ, True),
        (lake.HEADERS, ("",), (*READ, "s3:DeleteObject"), True),
        (lake.LAKE, ("accepted",), ALL, True),
        (lake.RECEIPTS, ("",), (*READ, "s3:PutObject"), True),
    ),
    "curate": (
        (lake.LAKE, ("accepted",), READ, True),
        (lake.LAKE, ("_leases", *CURATE_LAYERS), ALL, True),
        (lake.RECEIPTS, ("",), (*READ, "s3:PutObject"), True),
    ),
    # A linkage job reads link files and destroys their keys; it reads no part, and writes links and counts of them.
    "linkage": (
        (lake.LANDING, ("*/link-*", "*/manifest*"), READ, False),
        (lake.HEADERS, ("*/link-*",), (*READ, "s3:DeleteObject"), False),
        (lake.LAKE, ("curated",), READ, True),
        (lake.LAKE, ("spine/_rotation/state.json",), READ, True),  # whether pids are being changed just now
        (lake.LAKE, ("_leases", "links", "ops/link_weights_v1"), ALL, True),
        (lake.RECEIPTS, ("",), (*READ, "s3:PutObject"), True),
    ),
    "trino-loader": (
        (lake.LAKE, ("_metastore",), ALL, True),
        (lake.LAKE, ("marts", "projects", "ops", "common"), READ, True),
    ),
    "trino-scratch": ((lake.SCRATCH, ("",), ALL, True),),
    "trino-read": ((lake.LAKE, ("_metastore", "projects", "ops", "common"), READ, True),),
}


def policy(role: str) -> dict[str, Any]:
    """The S3 policy of a role."""
    statements: list[dict[str, Any]] = []
    for bucket, folders, rights, lists in GRANTS[role]:
        arn = f"arn:aws:s3:::{bucket}"
        # S3A asks for the folder's own key too (is it a file?) before it writes below it.
        keys = [key for f in folders for key in ((f"{arn}/{f}", f"{arn}/{f}/*") if f else (f"{arn}/*",))]
        statements.append({"Effect": "Allow", "Action": list(rights), "Resource": keys})
        if lists:
            listing: dict[str, Any] = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [arn]}
            prefixes = [prefix for f in folders if f for prefix in (f, f"{f}/", f"{f}/*")]
            if prefixes:
                listing["Condition"] = {"StringLike": {"s3:prefix": prefixes}}
            statements.append(listing)
            where = {"Effect": "Allow", "Action": ["s3:GetBucketLocation"], "Resource": [arn]}
            statements.append(where)
    return {"Version": "2012-10-17", "Statement": statements}


def prepare(settings: Settings) -> None:
    """Write the root account for the server alone (0600); its arguments and the supervisor's file hold none."""
    secrets.private_folder(settings.var / "minio")
    root = secrets.minio(settings, "root")
    lines = (f"export MINIO_ROOT_USER={root['access_key']}", f"export MINIO_ROOT_PASSWORD={root['secret_key']}")
    secrets.write_private(settings.secrets / "minio-root.env", "\n".join(lines) + "\n")


def launch(settings: Settings) -> Launch:
    """The server, on loopback, without its web console."""
    address = f"127.0.0.1:{settings.port('MINIO')}"
    argv = (str(artefacts.load(settings).minio), "server", "--quiet", "--address", address,
            str(settings.var / "minio" / "data"))  # fmt: skip
    env = base_environment(settings) | {
        "MINIO_CONFIG_ENV_FILE": str(settings.secrets / "minio-root.env"),
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }
    return Launch(argv, env, settings.var / "minio")


def _accounts(settings: Settings) -> None:
    """Give each role its account and exactly its policy."""
    from minio.credentials.providers import StaticProvider
    from minio.error import MinioAdminException
    from minio.minioadmin import MinioAdmin

    root = secrets.minio(settings, "root")
    endpoint = settings.minio_url.partition("://")[2]
    provider = StaticProvider(root["access_key"], root["secret_key"])
    admin = MinioAdmin(endpoint=endpoint, credentials=provider, secure=settings.minio_url.startswith("https:"))
    listed = json.loads(admin.list_service_account(root["access_key"]))["accounts"] or ()
    known = {entry["accessKey"] for entry in listed}
    for role in secrets.ROLES:
        pair, rights = secrets.minio(settings, role), policy(role)
        try:
            if pair["access_key"] in known:
                admin.update_service_account(access_key=pair["access_key"], policy=rights)
            else:
                admin.add_service_account(**pair, name=f"khlang-{role}", policy=rights)
        except MinioAdminException as error:
            raise ServiceError(
                f"MinIO refuses the account of the role {role}: {error}", "See: make logs S=minio"
            ) from error


def _buckets(s3: "S3Client") -> None:
    there = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for name, days in LOCKED.items():
        if name not in there:
            s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
        s3.put_object_lock_configuration(
            Bucket=name,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": days}},
            },
        )
    for name in {lake.LAKE, lake.RECEIPTS, lake.HEADERS, lake.SCRATCH} - there:
        s3.create_bucket(Bucket=name)


def check_promises(s3: "S3Client") -> None:
    """Test what the pool relies on: a conditional PUT has one winner, a write is read back, landing keeps versions.

    Raises:
        ServiceError: The object store does not keep one of these promises.
    """
    from botocore.exceptions import ClientError

    bucket, key = lake.RECEIPTS, f"_probe/{uuid.uuid4().hex}"
    s3.put_object(Bucket=bucket, Key=key, Body=b"first", IfNoneMatch="*")
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=b"second", IfNoneMatch="*")
        refused = False
    except ClientError as error:
        refused = error.response["Error"]["Code"] == "PreconditionFailed"
    read = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.delete_object(Bucket=bucket, Key=key)
    versions = s3.get_bucket_versioning(Bucket=lake.LANDING).get("Status")
    promises = {
        "a PUT with If-None-Match has one winner": refused,
        "what was written is read back": read == b"first",
        "the bucket landing keeps versions": versions == "Enabled",
    }
    broken = [promise for promise, kept in promises.items() if not kept]
    if broken:
        raise ServiceError(f"The object store does not keep its promise: {'; '.join(broken)}.",
                           "Use an object store that does (infra/versions.env, KHLANG_MINIO_URL).")  # fmt: skip


def provision(settings: Settings) -> None:
    """Make buckets and accounts, bring their rights up to date, and test the store. Safe to repeat."""
    from khlang import store

    s3 = store.client(settings, "root")
    _buckets(s3)
    _accounts(settings)
    check_promises(s3)
