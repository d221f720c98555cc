"""Small files, small functions, few parameters, shallow folders. Exemptions carry a reason and may only shrink."""

from __future__ import annotations

import ast

from sources import SOURCE, Function, functions, modules, parameters

LINES, FUNCTION_LINES, PARAMETERS, DEPTH = 400, 60, 6, 2
DEEPER = {"assessments": 3}  # domain, grade, file

# (file, function): (parameters, reason). None may be added, no number may grow.
MANY_PARAMETERS = {
    ("report/figures/canvas.py", "Sheet.write"): (7, "place, text and style of one label; keyword-only after three"),
    ("stats/curve.py", "fit"): (7, "data and options of the one public fit; keyword-only after three"),
}


def is_command(function: Function) -> bool:
    """A verb of the command line: its parameters are options, which nobody passes by hand."""
    return any(isinstance(d, ast.Call) and getattr(d.func, "attr", "") == "command" for d in function.decorator_list)


def lines(file: str) -> list[str]:
    return (SOURCE / file).read_text(encoding="utf-8").splitlines()


def test_file_sizes() -> None:
    assert {file: len(lines(file)) for file in modules() if len(lines(file)) > LINES} == {}


def test_depth() -> None:
    deep = {file for file in modules() if file.count("/") > DEEPER.get(file.split("/")[0], DEPTH)}
    assert deep == set()


def test_functions_are_short() -> None:
    long = {f"{file}: {name}": f.end_lineno - f.lineno + 1 for file, tree in modules().items()
            for name, f in functions(tree) if f.end_lineno - f.lineno + 1 > FUNCTION_LINES}
    assert long == {}


def test_few_parameters() -> None:
    many = {(file, name): len(parameters(f)) for file, tree in modules().items() for name, f in functions(tree)
            if len(parameters(f)) > PARAMETERS and not is_command(f)}
    allowed = {where: count for where, (count, reason) in MANY_PARAMETERS.items() if reason}
    assert many == allowed, "none may be added; take an exemption away that is not needed any more"


def test_the_usual_file_has_one_idea() -> None:
    lengths = sorted(len(lines(name)) for name in modules())
    assert lengths[len(lengths) // 2] <= 120


def test_the_checks_can_fail() -> None:
    long = ast.parse("class A:\n    def f(self, a, b, c, *, d, e, f, g):\n" + "        a = 1\n" * 60)
    ((name, function),) = functions(long)
    assert name == "A.f"
    assert len(parameters(function)) == PARAMETERS + 1
    assert function.end_lineno - function.lineno + 1 == FUNCTION_LINES + 1
    assert not is_command(function)
    ((_, command),) = functions(ast.parse("@app.command('list')\ndef list_(): ..."))
    assert is_command(command)
