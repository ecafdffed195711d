"""What a piece of source says, read as syntax: strings with ``{name}`` where something is filled in, and names."""

import ast
from collections.abc import Mapping, Sequence

Words = dict[str, ast.expr]


def assigned(body: Sequence[ast.stmt]) -> Words:
    """What names stand for by simple statements, the last of each."""
    found: Words = {}
    for node in sorted(body, key=lambda node: node.lineno):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Tuple)
            and isinstance(node.value, ast.Tuple)
        ):
            names = [target.id if isinstance(target, ast.Name) else "" for target in node.targets[0].elts]
            for name, value in zip(names, node.value.elts, strict=False):
                found[name] = value
    return found


def dotted(package: str, module: str) -> str:
    """``agency/reading/text.py`` as it is imported."""
    return ".".join((package, *module.removesuffix(".py").removesuffix("/__init__").split("/")))


def imported(body: Sequence[ast.stmt], others: Mapping[str, Words]) -> Words:
    """What a module takes from others: ``NAME`` of a module, and ``module.NAME`` of all in a module."""
    found: Words = {}
    for node in body:
        for one in node.names if isinstance(node, ast.ImportFrom) else ():
            here, there = one.asname or one.name, others.get(f"{node.module}.{one.name}", {})
            found |= {f"{here}.{name}": value for name, value in there.items()}
            if one.name in others.get(str(node.module), {}):
                found[here] = others[str(node.module)][one.name]
    return found


def calls(tree: ast.AST) -> list[ast.Call]:
    """Every call below a node."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def defines(node: ast.stmt) -> bool:
    """Whether a statement is a function or a class."""
    return isinstance(node, ast.FunctionDef | ast.ClassDef)


def text(node: ast.expr | None, here: Words) -> str:
    """A string of the source, with ``{name}`` for what is filled in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(part(one, here) for one in node.values)
    if isinstance(node, ast.Name | ast.Attribute):
        mine = ast.unparse(node)
        rest = {name: value for name, value in here.items() if name != mine}  # a name may hold itself
        return text(here.get(mine), rest)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text(node.left, here) + text(node.right, here)
    either = [node.body, node.orelse] if isinstance(node, ast.IfExp) else getattr(node, "values", [])
    return next((said for one in either if (said := text(one, here))), "")


def part(one: ast.expr, here: Words) -> str:
    """A part of an f-string: text, text that a name stands for, or a hole."""
    if not isinstance(one, ast.FormattedValue):
        return text(one, here)
    return (_is_text(one.value, here) and text(one.value, here)) or "{" + name(one.value) + "}"


def _is_text(node: ast.expr | None, here: Words) -> bool:
    """Whether a name stands for one text of the source, and not for a file or row that has another each time."""
    if isinstance(node, ast.Name):
        value = here.get(node.id)
        if isinstance(value, ast.IfExp):
            return all(isinstance(one, ast.Constant | ast.JoinedStr) for one in (value.body, value.orelse))
        return not isinstance(value, ast.BoolOp | ast.Dict | ast.List | ast.Set | ast.Tuple)
    return False


def name(node: ast.AST) -> str:
    """The last word of an expression: ``len(here)`` is ``here``, ``self.path.name`` is ``name``."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return key if isinstance(key, str) else name(node.value)
    if isinstance(node, ast.Call):
        return name(node.args[0]) if node.args else name(node.func)
    return "…"
