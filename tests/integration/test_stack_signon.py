"""Trino itself takes the settings of a directory and a provider: it refuses to start on a property it does not use."""

import ssl
from collections.abc import Callable

import httpx
import pytest
from tests.unit.stack.test_signon import BOTH, SECRET

from khlang.errors import ServiceError
from khlang.serve import client
from khlang.settings import Settings
from khlang.stack import lifecycle, secrets, signon

pytestmark = [pytest.mark.soak, pytest.mark.slow]


def test_trino_starts_with_both_and_still_takes_its_own_accounts(stack_parts: Callable[..., Settings]) -> None:
    here = stack_parts()
    (here.var / "sign-on.env").write_text(BOTH)
    secrets.ensure(here)
    secrets.write_private(signon.secret_file(here), SECRET)
    lifecycle.up(here, only=("minio", "trino"), report=lambda *_: None)
    with client.connect(here, "analyst") as connection:
        assert client.ask(connection, "SELECT 1").rows == ((1,),)
    # The directory does not answer: who is not in the file is not let in, and is told that something is out of order.
    with pytest.raises(ServiceError), client.connect(here, "nobody", password="wrong") as connection:
        client.ask(connection, "SELECT 1")
    trust = ssl.create_default_context(cafile=here.trino_ca)
    asked = httpx.post(f"{here.trino_url}/v1/statement", content="SELECT 1", verify=trust, trust_env=False)
    assert asked.status_code == 401
    assert any("x_redirect_server" in one for one in asked.headers.get_list("WWW-Authenticate"))
    log = (here.var / "log" / "trino.log").read_text(errors="replace")
    assert SECRET not in log
