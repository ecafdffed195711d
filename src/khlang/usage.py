"""A command that was typed wrongly, told as every other refusal: Thai and English, a remedy, the taxonomy's exit code.

``click`` knows what is wrong and says it in English alone, with what was typed in it. Only its kind of fault is read
here. What was typed is named where it looks like an option or a command, never else: it may be somebody's number.
"""

import difflib
import re
from collections.abc import Iterable, Sequence

import click

from khlang.errors import UsageError

_WORD = re.compile(r"-{0,2}[a-z][a-z-]{0,40}")


def refusal(error: click.UsageError, root: click.Command, words: Sequence[str]) -> UsageError:
    """The refusal that a fault of ``click`` stands for.

    Args:
        error: As it was raised; where it knows its command not, it is told.
        root: The command that was called.
        words: What was typed after it.
    """
    ctx = error.ctx = error.ctx or _called(root, words)
    path = ctx.command_path
    remedy = f"{_hint(error, ctx)}ดูทั้งหมด / See all: {path} --help"
    if isinstance(error, click.MissingParameter):
        name = _name(error)
        return UsageError(f"ยังไม่ได้ระบุ {name} / {name} is missing.", remedy, code="USAGE-MISSING")
    if isinstance(error, click.BadParameter):
        name, (th, en) = _name(error), _takes(error.param)
        return UsageError(
            f"ค่าของ {name} ใช้ไม่ได้ ต้องเป็น{th} / The value of {name} cannot be used: it takes {en}.",
            remedy,
            code="USAGE-VALUE",
        )
    if isinstance(error, click.NoSuchOption):
        name = _typed(error.option_name)
        return UsageError(
            f"ไม่มีตัวเลือก{name} / There is no such option{name}.",
            remedy,
            code="USAGE-OPTION",
        )
    if isinstance(error, click.BadOptionUsage):
        name = error.option_name
        return UsageError(
            f"ตัวเลือก {name} ใช้ไม่ถูก: มีค่าต่อท้ายหรือไม่ / The option {name} is used wrongly: does it take a value?",
            remedy,
            code="USAGE-FORM",
        )
    if isinstance(ctx.command, click.Group):
        name = _typed(_command(error))
        return UsageError(
            f"ไม่มีคำสั่ง{name} ใน {path} / {path} has no such command{name}.",
            remedy,
            code="USAGE-COMMAND",
        )
    return UsageError(
        "คำสั่งมีคำเกินหรือคำไม่ครบ / The command has words too many or too few.",
        remedy,
        code="USAGE-WORDS",
    )


def _called(root: click.Command, words: Sequence[str]) -> click.Context:
    """The command that some words call: its groups are followed as far as they go."""
    ctx = click.Context(root, info_name=root.name)
    for word in words:
        below = ctx.command.get_command(ctx, word) if isinstance(ctx.command, click.Group) else None
        if below is None:
            break
        ctx = click.Context(below, info_name=word, parent=ctx)
    return ctx


def _name(error: click.BadParameter) -> str:
    """How a parameter is written: its longest option, or what the usage line calls an argument."""
    if isinstance(error.param, click.Option):
        return max((*error.param.opts, *error.param.secondary_opts), key=len)
    return error.param.human_readable_name if error.param else str(error.param_hint or "?")


def _takes(param: click.Parameter | None) -> tuple[str, str]:
    """What a parameter takes, in Thai and English."""
    kind = param.type if param else None
    if isinstance(kind, click.Choice):
        one = ", ".join(str(choice) for choice in kind.choices)
        return f"หนึ่งใน: {one}", f"one of: {one}"
    if isinstance(kind, click.IntRange | click.FloatRange):
        bounds = [("ตั้งแต่", "from", kind.min), ("ไม่เกิน", "to", kind.max)]
        said = [(f"{th} {bound:,}", f"{en} {bound:,}") for th, en, bound in bounds if bound is not None]
        return " ".join(["จำนวน", *(th for th, _ in said)]), " ".join(["a number", *(en for _, en in said)])
    if isinstance(kind, click.Path):
        return _path(kind)
    if isinstance(kind, click.DateTime):
        return "วันที่ ปี-เดือน-วัน (ค.ศ.)", "a date, YYYY-MM-DD"
    if kind in (click.INT, click.FLOAT):
        return "ตัวเลข", "a number"
    return "ค่าตามตัวอย่าง", "what the example shows"


def _path(kind: click.Path) -> tuple[str, str]:
    if kind.file_okay and kind.dir_okay:
        return "ไฟล์หรือโฟลเดอร์ที่มีอยู่และอ่านได้", "a file or folder that is there and can be read"
    return (
        ("ไฟล์ที่มีอยู่และอ่านได้", "a file that is there and can be read")
        if kind.file_okay
        else ("โฟลเดอร์ที่มีอยู่และเปิดได้", "a folder that is there and can be opened")
    )


def _typed(word: str) -> str:
    """What was typed with a blank before it, where it looks like an option or command; else nothing."""
    return f" {word}" if _WORD.fullmatch(word) else ""


def _command(error: click.UsageError) -> str:
    """The command that was typed and is not known; ``click`` tells it since its version 8.4."""
    return str(getattr(error, "command_name", ""))


def _hint(error: click.UsageError, ctx: click.Context) -> str:
    """What was probably meant, and the command's own example; each followed by a sign that parts it from the next."""
    if isinstance(ctx.command, click.Group):
        said = [_meant(_command(error), ctx.command.list_commands(ctx))]
    else:
        options = [name for one in ctx.command.get_params(ctx) for name in (*one.opts, *one.secondary_opts)]
        typed = error.option_name if isinstance(error, click.NoSuchOption) else ""
        example = _example(ctx.command, ctx.command_path, error)
        said = [_meant(typed, options), f"ตัวอย่าง / Example: {example}" if example else ""]
    return "".join(f"{one} · " for one in said if one)


def _meant(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, [one for one in known if len(one) > 2], n=1)
    return f"หมายถึง {near[0]} หรือไม่ / Did you mean {near[0]}?" if near else ""


def _example(command: click.Command, path: str, error: click.UsageError) -> str:
    """The line of the command's help that can be copied; one with what is missing before another."""
    lines = [line.strip().partition("  #")[0].strip() for line in (command.epilog or "").splitlines()]
    lines = [line for line in lines if line == path or line.startswith(f"{path} ")]
    wanted = _name(error) if isinstance(error, click.BadParameter) else ""
    return next((line for line in lines if wanted in line), next(iter(lines), ""))
