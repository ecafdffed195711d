"""What a piece of source says, read as syntax: strings with ``{name}`` where something is filled in, and names."""

import ast
from collections.abc import Sequence

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
    if isinstance(node, ast.Name):
        rest = {name: value for name, value in here.items() if name != node.id}  # a name may hold itself
        return text(here.get(node.id), rest)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text(node.left, here) + text(node.right, here)
    either = [node.body, node.orelse] if isinstance(node, ast.IfExp) else getattr(node, "values", [])
    return next((said for one in either if (said := text(one, here))), "")


def part(one: ast.expr, here: Words) -> str:
    """A part of an f-string: text, text that a name stands for, or a hole."""
    if not isinstance(one, ast.FormattedValue):
        return text(one, here)
    return (isinstance(one.value, ast.Name) and text(one.value, here)) or "{" + name(one.value) + "}"


def name(node: ast.AST) -> str:
    """The last word of an expression: ``len(here)`` is ``here``, ``self.path.name`` is ``name``."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return str(node.slice.value) if isinstance(node.slice, ast.Constant) else name(node.value)
    if isinstance(node, ast.Call):
        return name(node.args[0]) if node.args else name(node.func)
    return "…"
