"""BI tools connect by JDBC: the driver of the cache, the URL of docs/how-to/connect.md, a JVM of its own."""

import json
import re
import subprocess
import sys

from tests.stackfixture import environment

from khlang import artefacts
from khlang.serve import client
from khlang.settings import Settings

#: Told by a line on standard input, so that the password is on no command line.
ASK = """
import json, sys
import jpype, jpype.imports
told = json.loads(sys.stdin.readline())
jpype.startJVM(told["jvm"], "--enable-native-access=ALL-UNNAMED", classpath=[told["driver"]], convertStrings=True)
import java.sql, java.util
login = java.util.Properties()
login.setProperty("user", told["user"])
login.setProperty("password", told["password"])
try:
    rows = java.sql.DriverManager.getConnection(told["url"], login).createStatement().executeQuery(told["query"])
    rows.next()
    print(json.dumps({"answer": int(rows.getLong(1))}))
except java.sql.SQLException as refused:
    print(json.dumps({"refused": str(refused.getMessage())}))
"""


def documented(settings: Settings) -> str:
    """The page's URL, with this installation's port and certificate."""
    page = (settings.root / "docs" / "how-to" / "connect.md").read_text(encoding="utf-8")
    found = re.search(r"^jdbc:trino://\S+$", page, re.MULTILINE)
    assert found
    url = found[0].replace(":18443/", f":{settings.port('TRINO')}/")
    return url.replace("/path/to/var/tls/ca.pem", str(settings.trino_ca))


def ask(settings: Settings, **changed: str) -> dict[str, object]:
    program = artefacts.load(settings)
    password = client.password_file(settings, "analyst").read_text().strip()
    told = {
        "jvm": str(program.jre / "lib" / "server" / "libjvm.so"),
        "driver": str(program.jdbc),
        "url": documented(settings),
        "user": "analyst",
        "password": password,
        "query": "SELECT sum(registrants) FROM welfare_by_amphoe",
    } | changed
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        input=json.dumps(told) + "\n",
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_jdbc_connects_as_documented(served: Settings) -> None:
    assert ask(served) == {"answer": 540}


def test_jdbc_with_a_wrong_password_is_refused(served: Settings) -> None:
    assert "Authentication failed" in str(ask(served, password="wrong")["refused"])


def test_jdbc_trusts_no_other_authority(served: Settings) -> None:
    without = documented(served).partition("&")[0]
    assert "PKIX path" in str(ask(served, url=without)["refused"])
