"""What a form asks for: each changes one thing, and sends the browser on."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from khlang.agency import approver
from khlang.agency.ui.answer import Answer, go
from khlang.agency.ui.desk import Desk
from khlang.agency.ui.form import Upload
from khlang.errors import InputError

Fields = Mapping[str, Sequence[str]]
_MAP = "map."


def one(fields: Fields, name: str) -> str:
    """A field's first value; empty where there is none."""
    return next(iter(fields.get(name, ())), "")


def file(desk: Desk, sent: Upload) -> Answer:
    """Take a file and look at it."""
    desk.upload(sent)
    desk.check(one(sent.fields, "dataset"), one(sent.fields, "period"))
    return go("/working")


def post(desk: Desk, path: str, fields: Fields) -> Answer:
    """Do what a form asks for.

    Raises:
        KhlangError: It cannot be done, or there is no such form.
    """
    if path not in _ACTIONS:
        raise InputError("ไม่พบหน้านี้ / There is no such page.", "เริ่มใหม่ / Begin anew.", code="UI-PAGE")
    return go(_ACTIONS[path](desk, fields) or "/working")


def _check(desk: Desk, fields: Fields) -> None:
    same = desk.asked and desk.asked.dataset == one(fields, "dataset")
    before = desk.asked.accept if desk.asked and same else frozenset[str]()
    accept = before | frozenset(fields.get("accept", ()))
    desk.check(one(fields, "dataset"), one(fields, "period"), sheet=one(fields, "sheet"), accept=accept)


def _seal(desk: Desk, fields: Fields) -> None:
    desk.seal(one(fields, "letter"), frozenset(fields.get("accept", ())))


def _map(desk: Desk, fields: Fields) -> None:
    desk.map({name.removeprefix(_MAP): one(fields, name) for name in fields if name.startswith(_MAP)})


def _send(desk: Desk, fields: Fields) -> None:
    desk.send(one(fields, "submission"))


def _refresh(desk: Desk, _: Fields) -> None:
    desk.refresh()


def _stop(desk: Desk, _: Fields) -> None:
    desk.bench.stop()


def _approve(desk: Desk, fields: Fields) -> str:
    if one(fields, "looked") != "yes":
        remedy = "ตรวจแล้วทำเครื่องหมาย / Look, and tick the box."
        raise InputError("ยังไม่ได้ตรวจ / Not looked at yet.", remedy, code="UI-LOOK")
    place = one(fields, "key").strip()
    key = approver.opened(Path(place), one(fields, "passphrase")) if place else None
    desk.approve(one(fields, "submission"), one(fields, "name"), one(fields, "role"), key)
    return "/submissions"


_ACTIONS: dict[str, Callable[[Desk, Fields], str | None]] = {
    "/check": _check,
    "/map": _map,
    "/seal": _seal,
    "/send": _send,
    "/stop": _stop,
    "/refresh": _refresh,
    "/approve": _approve,
}
