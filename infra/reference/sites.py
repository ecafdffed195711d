"""Finds in the source every place that refuses something: the raise sites are the one declaration of a refusal.

Read as syntax, so that nothing has to be raised, imported or written twice to be listed.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra.reference import syntax
from infra.reference.syntax import Words

from khlang import errors

KINDS = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.KhlangError)
}
CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")


@dataclass(frozen=True)
class Site:
    """One place that refuses; texts hold ``{name}`` where a file, row, column, period or count stands.

    Attributes:
        code: Stable code.
        kind: Name of its class in ``khlang.errors``.
        module: Path below the package, such as ``agency/reading/text.py``.
        message: Thai and English, `` / `` between them, or English alone.
        remedy: What to do next.
    """

    code: str
    kind: str
    module: str
    message: str
    remedy: str

    @property
    def exit_code(self) -> int:
        """Of the command that ends with it."""
        return KINDS[self.kind].exit_code


@cache
def sites(package: Path) -> tuple[Site, ...]:
    """Every place of a package that refuses, in order of code and module; read once a process, in some seconds.

    Args:
        package: Folder of the package, such as ``src/khlang``.
    """
    trees = {
        path.relative_to(package).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(package.rglob("*.py"))
    }
    constants = {syntax.dotted(package.name, module): syntax.assigned(tree.body) for module, tree in trees.items()}
    found = {site for module, tree in trees.items() for site in _Module(tree, module, constants).sites()}
    return tuple(sorted(found, key=lambda site: (site.code, site.module, site.message)))


class _Module:
    """One parsed module, with its constants and the functions that make an error of a code they are given."""

    def __init__(self, tree: ast.Module, module: str, others: Mapping[str, Words]) -> None:
        self._name = module
        self._constants = syntax.imported(tree.body, others) | syntax.assigned(tree.body)
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        self._makers = {made.name: made for function in functions if (made := self._maker(function))}
        self._scopes: list[ast.AST] = [*functions, ast.Module([n for n in tree.body if not syntax.defines(n)], [])]

    def sites(self) -> Iterator[Site]:
        for scope in self._scopes:
            body = [node for node in ast.walk(scope) if isinstance(node, ast.stmt)]
            kind = next((_kind(call) for call in syntax.calls(scope) if _kind(call)), "InputError")
            for call in syntax.calls(scope):
                before = [node for node in body if node.lineno <= call.lineno]
                yield from self._called(call, self._constants | syntax.assigned(before))
            for node in ast.walk(scope):  # a table of cases: code, texts
                if isinstance(node, ast.Tuple) and len(node.elts) > 1 and "-" in syntax.text(node.elts[0], {}):
                    texts = [text for one in node.elts[1:] if (text := syntax.text(one, self._constants))]
                    if texts:  # Thai and English apart, or together and then a remedy
                        said = " / " in texts[0]
                        message, rest = (texts[0], texts[1:]) if said else (" / ".join(texts[:2]), texts[2:])
                        yield from self._site(kind, syntax.text(node.elts[0], {}), message, "".join(rest[:1]))

    def _called(self, call: ast.Call, here: Words) -> Iterator[Site]:
        name = syntax.name(call.func)
        if name in self._makers:
            made = self._makers[name]
            bound = here | dict(zip(made.takes, call.args, strict=False))
            bound |= {word.arg: word.value for word in call.keywords if word.arg}
            yield from self._said(made.kind, made.words, bound | {"code": bound.get("code") or ast.Constant("")})
        elif name == "Finding" and len(call.args) > 1:
            yield from self._said("InputError", {"code": call.args[0], "message": call.args[1]}, here)
        elif kind := _kind(call):
            yield from self._said(kind, _given(call), here)

    def _said(self, kind: str, words: Words, here: Words) -> Iterator[Site]:
        code = syntax.text(words.get("code"), here) or ("" if "code" in words else KINDS[kind].default_code)
        message = syntax.text(words.get("message"), here)
        if "en" in words:
            message = f"{syntax.text(words.get('th'), here)} / {syntax.text(words['en'], here)}"
        yield from self._site(kind, code, message, syntax.text(words.get("remedy"), here))

    def _site(self, kind: str, code: str, message: str, remedy: str) -> Iterator[Site]:
        if message and CODE.fullmatch(code):
            yield Site(code, kind, self._name, message, remedy)

    def _maker(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> "_Maker | None":
        takes = [one.arg for one in (*function.args.args, *function.args.kwonlyargs) if one.arg != "self"]
        for call in syntax.calls(function) if "code" in takes else ():
            given = _given(call)
            if (kind := _kind(call)) and isinstance(given.get("code"), ast.Name):
                return _Maker(function.name, takes, kind, given)
        return None


@dataclass(frozen=True)
class _Maker:
    """A function that makes an error of a code it is given."""

    name: str
    takes: list[str]
    kind: str
    words: Words


def _kind(call: ast.Call) -> str:
    """The class of error that a call makes, empty where it makes none."""
    name = syntax.name(call.func)
    if name == "refusal" and call.args and syntax.name(call.args[0]) in KINDS:
        return syntax.name(call.args[0])
    return name if name in KINDS else ""


def _given(call: ast.Call) -> Words:
    """What an error is made of, by name; without a code the class gives it."""
    refusal = syntax.name(call.func) == "refusal"
    given: Words = dict(zip(("kind", "code") if refusal else ("message", "remedy"), call.args, strict=False))
    return given | {word.arg: word.value for word in call.keywords if word.arg}
