"""How delta-rs reaches the object store: as one role, and so that two writers of a table cannot both win.

Spark has its own way (``khlang.session``); this is for what wakes no JVM.
"""

from khlang import store
from khlang.settings import Settings


def options(settings: Settings, role: str) -> dict[str, str]:
    """The storage options of ``DeltaTable`` and ``write_deltalake`` for one role. They hold its key: log them nowhere.

    Raises:
        SetupError: The role's secret file is missing or unreadable.
    """
    pair = store.key_pair(settings, role)
    return {
        "AWS_ENDPOINT_URL": settings.minio_url,
        "AWS_ACCESS_KEY_ID": pair["access_key"],
        "AWS_SECRET_ACCESS_KEY": pair["secret_key"],
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
        "aws_conditional_put": "etag",  # a commit is `If-None-Match: *`: the second writer of a version is refused
    }
