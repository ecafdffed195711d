# ruff: noqa: PLC0415 - much of Superset can be imported only where its application stands
"""Run by Superset's own Python: its database, its users, our dashboards.

``khlang superset`` starts it behind the fence and gives users and passwords on standard input, as JSON.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

#: Who logs in, and as what: the analyst asks, draws and saves; only the administrator sees users and databases.
ROLES = {"admin": ("Admin",), "analyst": ("Alpha", "sql_lab")}


def migrate() -> None:
    """Bring Superset's own database to this version, with its roles."""
    from flask_migrate import upgrade
    from superset.extensions import appbuilder, security_manager

    upgrade()
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()


def users(passwords: dict[str, str]) -> Any:
    """Make who is missing, give each the password of its file; gives the administrator."""
    from superset.extensions import security_manager

    for name, password in passwords.items():
        roles = [security_manager.find_role(role) for role in ROLES[name]]
        found = security_manager.find_user(username=name)
        if not found:
            found = security_manager.add_user(name, name, "Khlang", f"{name}@khlang.example", roles, password=password)
        else:
            security_manager.reset_password(found.id, password)
        if not found:
            raise SystemExit(f"Superset did not take its user {name}.")
    return security_manager.find_user(username="admin")


def dashboards(folder: Path, admin: Any) -> int:
    """Import everything below the folder in one go; gives how many dashboards there were."""
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.utils.core import override_user

    texts = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.yaml")}
    with override_user(admin):
        ImportAssetsCommand(texts).run()
    return sum(name.startswith("dashboards/") for name in texts)


def main() -> None:
    """All three, in order."""
    from superset.app import create_app

    passwords = json.load(sys.stdin)
    with create_app().app_context():
        migrate()
        admin = users(passwords)
        count = dashboards(Path(os.environ["KHLANG_SUPERSET"]) / "assets", admin)
    print(f"{count} dashboards loaded")


if __name__ == "__main__":
    main()
