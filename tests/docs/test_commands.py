"""Every command of the documentation is right; those that are cheap are run, in the order of the README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from documents import DOCUMENTS, ROOT, Run, blocks, commands, words

from kindergrad import cli

VERBS = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
LONG = ("kindergrad run", "kindergrad run --domain arithmetic --out /tmp/arithmetic",
        "kindergrad run --quick", "kindergrad run --genome my_genome.fna.gz",
        "kindergrad run --domain perturbation --out /tmp/screen", "kindergrad run --out /tmp/full",
        "kindergrad run --engine huggingface --set path=my-model --set tokens=300G --domain genomics --out /tmp/hf",
        "kindergrad sit genomics/copy --engine huggingface --set path=my-model --set both_strands=true",
        "kindergrad run --engine checkpoints --set path=my-checkpoints --out /tmp/ladder",
        "kindergrad score /tmp/predictions.csv --study examples/study.yaml",
        "kindergrad run benchmarks/does_the_order_hold.yaml --out /tmp/order --workers 2",
        "kindergrad run benchmarks/does_the_order_hold_probes.yaml --out /tmp/order-probes",
        "kindergrad vertical /tmp/order", "kindergrad run benchmarks/foretold.yaml --out /tmp/foretold",
        "kindergrad forecast /tmp/foretold --resolve /tmp/foretold/ledger.jsonl",
        "kindergrad report /tmp/training/exams")
"""Minutes, or a file that is not there; tests/exams, tests/torch, test_examples.py and the checks of a whole clone run
them."""


def options(verb: str) -> set[str]:
    return {name for p in VERBS[verb].params for name in p.opts if name.startswith("--")}


def test_there_are_commands_to_look_at() -> None:
    assert len(commands()) >= 10
    assert set(LONG) & set(commands()) >= {"kindergrad run"}


@pytest.mark.parametrize("command", sorted(commands()))
def test_verbs_and_options_exist(command: str) -> None:
    verb, *rest = words(command)
    assert verb in VERBS
    assert {word for word in rest if word.startswith("--")} <= options(verb)


def test_short_commands_run(kindergrad: Run, script: Run, place: Path) -> None:
    """As written, but for where the results go: once the studies, then everything that reads."""
    short = [c for c in commands() if c not in LONG and "<" not in c]
    short.sort(key=lambda c: not c.startswith("kindergrad run"))
    assert len(short) >= 8
    assert len(commands()) - len(short) <= len(LONG)
    script([str(ROOT / "examples" / "make_screen.py"), str(place / "screen")])
    for command in short:
        text = re.sub(r"/tmp/|(?<= )(?=my-|scores)", f"{place}/", command)
        given = words(text) + (["--workers", "1"] if text.startswith("kindergrad run") else [])
        said = kindergrad(given)
        assert said.strip(), command
    assert (place / "my-run" / "report.html").is_file()
    assert (place / "scores.csv").read_text(encoding="utf-8").count("\n") > 100
    assert (place / "my-report.html").is_file()


def test_the_two_commands_stand_in_the_readme() -> None:
    shown = [line for block in blocks((ROOT / "README.md").read_text(encoding="utf-8"), "bash") for line in
             block.splitlines()]
    assert "python -m pip install . && kindergrad run" in shown
    assert "python -m pip install -e '.[test]' && pytest" in shown


def test_every_verb_and_option_is_documented_and_no_other() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## kindergrad (\w+).*?\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert set(sections) == set(VERBS)
    for verb, section in sections.items():
        assert set(re.findall(r"--[a-z-]+", section)) == options(verb) - {"--help"}, verb


def test_python_of_the_readme_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    whole = [b for b in blocks((ROOT / "README.md").read_text(encoding="utf-8"), "python") if "import kindergrad" in b]
    assert whole
    for block in whole:
        exec(compile(block, "README.md", "exec"), {})
    assert "promoters/rare-motif" in capsys.readouterr().out


def test_skills_that_are_named_exist() -> None:
    from kindergrad.syllabus import skills

    for path in DOCUMENTS:
        for name in re.findall(r"\b(?:genomics)/[a-z-]+\b(?!/)", path.read_text(encoding="utf-8")):
            if not any(part in name for part in ("genomics/kindergarten",)):
                assert skills.skill(name).id == name, f"{path.name}: {name}"
