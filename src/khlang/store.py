"""Every access to the object store from Python: one client a role, writes that overwrite nothing unasked.

A role's key lies in ``<var>/secrets/minio-<role>.json`` and nowhere else. Where a bucket and key lie is
computed in ``khlang.lake``.
"""

import base64
import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from khlang.errors import AccessError, ServiceError, SetupError
from khlang.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import PutObjectRequestTypeDef

Body = bytes | BinaryIO
CHUNK_BYTES = 1 << 20


def key_pair(settings: Settings, role: str) -> dict[str, str]:
    """``access_key`` and ``secret_key`` of one role.

    Raises:
        SetupError: The role's secret file is missing or unreadable.
    """
    path = settings.secrets / f"minio-{role}.json"
    try:
        secret = json.loads(path.read_text(encoding="utf-8"))
        return {name: str(secret[name]) for name in ("access_key", "secret_key")}
    except (OSError, ValueError, KeyError):
        raise SetupError(
            f"The object store's key of the role {role} is missing or unreadable.",
            "Run `khlang stack up`, which provisions one account a role.",
        ) from None


def client(settings: Settings, role: str) -> "S3Client":
    """Make the client of one role: ``gateway``, ``land``, ``curate``, ``linkage``, ``trino-loader``, ``trino-read``.

    Raises:
        SetupError: The role's secret file is missing or unreadable.
    """
    import boto3
    from botocore.config import Config

    pair = key_pair(settings, role)
    return boto3.client(
        "s3",
        endpoint_url=settings.minio_url,
        aws_access_key_id=pair["access_key"],
        aws_secret_access_key=pair["secret_key"],
        region_name="us-east-1",
        config=Config(
            # Our own SHA-256 goes with every write, as a signed header: hashing the body for the signature too
            # costs a third of the speed.
            s3={"addressing_style": "path", "payload_signing_enabled": False},
            connect_timeout=2,
            read_timeout=30,
            retries={"max_attempts": 4, "mode": "standard"},
            proxies={},
            # A second checksum would read the body again.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            max_pool_connections=32,
        ),
    )


@contextmanager
def _told(bucket: str, key: str) -> Iterator[None]:
    """Turn the SDK's errors into ours: no endpoint, no header and no body in the text."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"}:
            raise AccessError(f"The object store refused this role: {bucket}/{key} ({code}).") from None
        raise ServiceError(
            f"The object store answered {code or 'an error'} for {bucket}/{key}.",
            "Look at `khlang stack logs minio`, then run again.",
        ) from None
    except BotoCoreError as error:
        raise ServiceError(
            f"The object store does not answer ({type(error).__name__}).",
            "See `khlang stack status`; then run again: nothing is done twice.",
        ) from None


def sha256_of(body: Body) -> bytes:
    """SHA-256 of bytes, or of a seekable file from its beginning (left at its beginning)."""
    if isinstance(body, bytes):
        return hashlib.sha256(body).digest()
    digest = hashlib.sha256()
    body.seek(0)
    while chunk := body.read(CHUNK_BYTES):
        digest.update(chunk)
    body.seek(0)
    return digest.digest()


def put(s3: "S3Client", bucket: str, key: str, body: Body) -> None:
    """Write an object, replacing what is there."""
    with _told(bucket, key):
        s3.put_object(Bucket=bucket, Key=key, Body=body, ChecksumSHA256=_b64(sha256_of(body)))


def crc32_of(body: BinaryIO) -> int:
    """CRC-32 of a seekable file from its beginning (left at its beginning)."""
    value = 0
    body.seek(0)
    while chunk := body.read(CHUNK_BYTES):
        value = zlib.crc32(chunk, value)
    body.seek(0)
    return value


def put_new(
    s3: "S3Client", bucket: str, key: str, body: Body, *, sha256: bytes | None = None, crc32: int | None = None
) -> bool:
    """Write an object only where there is none (``If-None-Match: *``).

    A lost acknowledgement (the write happened, its answer did not arrive) is told from a competitor's write
    by comparing what is there with what was sent. ``sha256`` is the digest of ``body`` where the caller has
    it; the store verifies it on arrival. ``crc32`` in its place is for what is verified by a
    hash of its own before and after: it costs a third.

    Returns:
        True when the object now there was written by this call; False when one was there already.

    Raises:
        ServiceError: The store does not answer.
        AccessError: The role may not write there.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    asked: PutObjectRequestTypeDef = {"Bucket": bucket, "Key": key, "Body": body, "IfNoneMatch": "*"}
    if crc32 is None:
        asked["ChecksumSHA256"] = _b64(sha256 or sha256_of(body))
    else:
        asked["ChecksumCRC32"] = _b64(crc32.to_bytes(4, "big"))
    with _told(bucket, key):
        try:
            s3.put_object(**asked)
        except ClientError as error:
            meta = error.response.get("ResponseMetadata", {})
            if meta.get("HTTPStatusCode") not in {409, 412}:
                raise
            return bool(meta.get("RetryAttempts")) and _written(s3, bucket, key, body)
        except BotoCoreError:
            if not _written(s3, bucket, key, body):
                raise
    return True


def _written(s3: "S3Client", bucket: str, key: str, body: Body) -> bool:
    try:
        return holds(s3, bucket, key, body)
    except AccessError:  # the gateway may not even list landing: its journal knows what it meant to write
        return False


def holds(s3: "S3Client", bucket: str, key: str, body: Body) -> bool:
    """Whether the object there has exactly these bytes, by its listing alone (no right to read).

    Size and MD5 tell equal from unequal here; landing verifies what an agency sent by SHA-256.
    """
    for found, size, etag in _listing(s3, bucket, key):
        if found == key:
            md5 = hashlib.md5(usedforsecurity=False)
            stream = io.BytesIO(body) if isinstance(body, bytes) else body
            stream.seek(0)
            length = 0
            while chunk := stream.read(CHUNK_BYTES):
                md5.update(chunk)
                length += len(chunk)
            stream.seek(0)
            return size == length and etag == md5.hexdigest()
    return False


def get(s3: "S3Client", bucket: str, key: str) -> bytes | None:
    """Read an object whole; None when there is none."""
    from botocore.exceptions import ClientError

    with _told(bucket, key):
        try:
            return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in {"NoSuchKey", "404"}:
                return None
            raise


def list_keys(s3: "S3Client", bucket: str, prefix: str = "") -> Iterator[str]:
    """Keys under a prefix, in order."""
    for key, _, _ in _listing(s3, bucket, prefix):
        yield key


def written(s3: "S3Client", bucket: str, prefix: str = "") -> "dict[str, datetime]":
    """When each object under a prefix was written, by the store's clock."""
    found: dict[str, datetime] = {}
    with _told(bucket, prefix):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            found |= {each["Key"]: each["LastModified"] for each in page.get("Contents", ())}
    return found


def sizes(s3: "S3Client", bucket: str) -> dict[str, int]:
    """How many bytes lie in each folder at a bucket's top, or in an object that stands there by itself."""
    found: dict[str, int] = {}
    for key, size, _ in _listing(s3, bucket, ""):
        top = key.partition("/")[0]
        found[top] = found.get(top, 0) + size
    return found


def exists(s3: "S3Client", bucket: str, key: str) -> bool:
    """Whether an object of exactly this key is there (by listing: a role that may not read can ask)."""
    return next(list_keys(s3, bucket, key), None) == key


def delete_prefix(s3: "S3Client", bucket: str, prefix: str) -> int:
    """Delete every object under a prefix; how many there were.

    Raises:
        ValueError: The prefix is empty or names no folder, which would reach other things.
    """
    if not prefix.rstrip("/") or not prefix.endswith("/"):
        raise ValueError("delete_prefix takes a folder, ending in a slash.")
    count = 0
    for key in list(list_keys(s3, bucket, prefix)):
        with _told(bucket, key):
            s3.delete_object(Bucket=bucket, Key=key)
        count += 1
    return count


def _listing(s3: "S3Client", bucket: str, prefix: str) -> Iterator[tuple[str, int, str]]:
    with _told(bucket, prefix):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                yield item["Key"], item["Size"], item["ETag"].strip('"')


def _b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode("ascii")
