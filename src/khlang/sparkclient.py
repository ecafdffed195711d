"""The client's side of Spark Connect: one session, shown to the server by this installation's token.

The token is read from its file into memory, and stands in no address, environment or command line. It goes to this
machine alone, by number: under the name ``localhost`` whoever listens at ``::1`` could be told it first.
"""

import os
import socket
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import grpc
from pyspark.errors import PySparkException
from pyspark.sql.connect.client import DefaultChannelBuilder
from pyspark.sql.connect.client.retries import DefaultPolicy
from pyspark.sql.connect.session import SparkSession as RemoteSession

from khlang.errors import AccessError, ServiceError
from khlang.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CONNECT_SECONDS = 5.0
#: Spark's own client retries a dead server for ten minutes without a word; this is about half a minute.
CONNECT_RETRIES = 6
LOOPBACK = ("127.0.0.1", "localhost")


class Door(DefaultChannelBuilder):
    """A channel to the server on this machine that shows it a token."""

    def __init__(self, remote: str, token: str) -> None:
        super().__init__(remote, [("grpc.enable_http_proxy", 0)])
        self._shown = token

    def toChannel(self) -> grpc.Channel:  # noqa: N802  the name that pyspark calls
        """Open it; gRPC itself refuses to show the token to a peer that is not on this machine."""
        proof = grpc.access_token_call_credentials(self._shown)
        here = grpc.composite_channel_credentials(grpc.local_channel_credentials(), proof)
        return self._secure_channel(f"ipv4:127.0.0.1:{self.url.port or self.default_port()}", here)


def door(settings: Settings, remote: str) -> DefaultChannelBuilder:
    """How to reach a server: our own with our token, any other as its address says."""
    builder, file = DefaultChannelBuilder(remote), settings.spark_token
    if builder.secure or builder.host not in LOOPBACK or not file.exists():
        return builder
    return Door(remote, file.read_text(encoding="ascii").strip())


def connect(settings: Settings, remote: str) -> "SparkSession":
    """Open a session on a Connect server.

    Args:
        settings: The installation whose token is shown.
        remote: The server, such as ``sc://127.0.0.1:15002``.

    Raises:
        ServiceError: It does not answer.
        AccessError: It does not take the token.
    """
    parts = urlsplit(remote)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 15002), CONNECT_SECONDS).close()
    except OSError:
        raise ServiceError(
            "The Spark Connect server does not answer.", "See `khlang stack status` and `khlang stack logs`."
        ) from None
    os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"  # pyspark's functions ask it which engine they are for
    session = RemoteSession.builder.channelBuilder(door(settings, remote)).create()
    session.client.set_retry_policies([DefaultPolicy(max_retries=CONNECT_RETRIES)])
    try:
        _ = session.version  # the first question to the server: it is refused here or not at all
    except PySparkException as error:
        if "UNAUTHENTICATED" not in str(error):
            raise
        raise AccessError(
            f"The Spark Connect server does not take the token of {settings.spark_token.name}.",
            "Is it the server of this var/? If the token was made anew: make down, then make up.",
        ) from None
    return cast("SparkSession", session)  # pyspark's own door to it says the same
