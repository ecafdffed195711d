"""As whom Superset asks Trino, where its own files lie, and what there is to draw of in that seat.

The pilot's analyst by password; a login of a project by password, which reads aggregates; or, in a project's workspace,
who entered it by the pass that lies there. A server and its database are one person's in one project.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from khlang import inside
from khlang.contracts import Contracts, Table
from khlang.errors import UsageError
from khlang.serve import client
from khlang.serve.dashboards.declared import Dashboard
from khlang.settings import Settings

PILOT = "analyst"


@dataclass(frozen=True)
class Seat:
    """``user``: of Trino; ``base``: Superset's own files; ``bearer``: where the pass lies, None with a password."""

    user: str
    project: str
    base: Path
    secrets: Path
    bearer: Path | None = None

    def trino(self, settings: Settings) -> str:
        """Trino and who asks it, as every connection is held against it."""
        return f"trino://{self.user}@127.0.0.1:{settings.port('TRINO')}"

    def address(self, settings: Settings) -> str:
        """SQLAlchemy's address of it: no password in it."""
        server = f"127.0.0.1:{settings.port('TRINO')}"
        return f"trino://{quote(self.user, safe='')}@{server}/{client.CATALOG}/{self.project}"


def pilot(settings: Settings) -> Seat:
    """The pilot project's analyst."""
    return Seat(PILOT, client.PROJECT, settings.var / "superset", settings.secrets)


def seat(settings: Settings, user: str | None = None) -> Seat:
    """The seat of this process.

    Args:
        settings: The installation.
        user: A login of a project, asked for outside of its workspace.

    Raises:
        UsageError: In a workspace another user is asked for (SUPERSET-USER), or it is no login of a project.
    """
    place = inside.here()
    if place is not None:
        if user is not None and not place.is_me(user):
            raise UsageError(f"This workspace was entered as {place.login}.", "Leave out --user.", code="SUPERSET-USER")
        person, _, project = place.login.partition(".")
        base = settings.var / "workspaces" / project / "superset" / person
        return Seat(place.user, project, base, base / "passwords", inside.pass_file(place.folder))
    if user in {None, PILOT}:
        return pilot(settings)
    home = client.home(str(user))
    if not home or inside.login(str(user)) != user:
        raise UsageError(
            "Superset asks as the analyst or as a login of a project.",
            "Such as: analyst-a.poverty",
            code="SUPERSET-USER",
        )
    return Seat(str(user), home, settings.var / "superset" / "logins" / str(user), settings.secrets)


def columns(settings: Settings, at: Seat) -> dict[str, set[str]]:
    """Table → columns that this seat is shown of its project, as Trino tells it; raises as :func:`client.ask`."""
    sql = f"SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = '{at.project}'"  # noqa: S608  # a checked name
    found: dict[str, set[str]] = {}
    with client.connect(settings, at.user, schema=at.project) as connection:
        for table, column in client.ask(connection, sql).rows:
            found.setdefault(str(table), set()).add(str(column))
    return found


def shown(known: Contracts, there: Mapping[str, set[str]], project: str) -> dict[str, Table]:
    """The marts among them, each with the columns that there are, as a project's own (pure)."""
    marts = [known[name] for name in sorted(there) if name in known and known[name].layer == "marts"]
    return {
        one.name: replace(
            one, project=project, columns=tuple(column for column in one.columns if column.name in there[one.name])
        )
        for one in marts
    }


def drawn(dashboards: Iterable[Dashboard], tables: Mapping[str, Table]) -> list[Dashboard]:
    """The dashboards with those of their charts whose columns are all there; none without a chart (pure)."""
    held = {name: {column.name for column in table.stored} for name, table in tables.items()}
    kept = [
        replace(one, charts=tuple(chart for chart in one.charts if chart.columns <= held.get(chart.mart, set())))
        for one in dashboards
    ]
    return [one for one in kept if one.charts]
