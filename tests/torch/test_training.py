"""While a model trains: a planted skill is seen to be learnt, and scores agree with those of the checkpoints."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny

import torch
from kindergrad.core import config
from kindergrad.core.config import StudyConfig
from kindergrad.core.errors import InputError
from kindergrad.core.names import Axis, Role
from kindergrad.core.records import Record
from kindergrad.core.seeds import stream
from kindergrad.engines.checkpoints import Checkpoints
from kindergrad.exams import defaults, run
from kindergrad.exams.store import LEDGER
from kindergrad.exchange import training
from kindergrad.progress import ledger
from kindergrad.worlds.genome import SyntheticGenome

STEPS, EVERY, LENGTH, ROWS = 150, 50, 96, 16
STUDY = {"name": "planted", "world": {"size": 100_000}, "items": 60, "goal": "genomics/exact-word>=0.5@1e6",
         "assessments": ["genomics/exact-word", "genomics/copy"], "readouts": ["likelihood"]}


def study() -> StudyConfig:
    return config.build(dict(STUDY))


def planted(seed: int) -> str:
    """Noise in which the words of the study's world stand much more often than in its genome."""
    rng, words = stream(seed, "planted"), SyntheticGenome(size=100_000).words().words
    parts = ["".join(rng.choice(list("ACGT"), int(rng.integers(4, 9)))) + str(rng.choice(words)) for _ in range(6)]
    return "".join(parts)[:LENGTH]


def rows(n: int) -> list[dict[str, Any]]:
    words = tiny.tokenizer("single")
    ids = [words(planted(i), add_special_tokens=False)["input_ids"][: LENGTH - 20] for i in range(n)]
    return [{"input_ids": [words.bos_token_id, *row], "labels": [words.bos_token_id, *row]} for row in ids]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Checkpoints of a tiny model that the Trainer really trained, and the run folder that was written meanwhile."""
    from transformers import Trainer, TrainingArguments

    place = tmp_path_factory.mktemp("trainer")
    words = tiny.tokenizer("single")
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = tiny.model("llama", len(words))
        arguments = TrainingArguments(
            output_dir=str(place / "checkpoints"), max_steps=STEPS, save_steps=EVERY, learning_rate=1e-2,
            per_device_train_batch_size=ROWS, report_to=[], use_cpu=True, disable_tqdm=True, seed=0,
            include_num_input_tokens_seen="all", lr_scheduler_type="cosine", logging_strategy="no")
        sitter = training.Sitter(place / "online", study())
        trainer = Trainer(model=model, args=arguments, train_dataset=rows(1200), processing_class=words,
                          callbacks=[training.hugging_face(sitter, words)])
        trainer.train()
    assert model.training, "the model is left as found"
    return place / "checkpoints", place / "online"


def learner(folder: Path) -> dict[tuple[str, float], Record]:
    found = run.records(folder)
    return {(r.skill, r.main_scale.value): r for r in found if r.role is Role.LEARNER}


def test_the_planted_words_are_learnt_and_copying_is_not(trained: tuple[Path, Path]) -> None:
    found = learner(trained[1])
    scales = sorted({x for _, x in found})
    assert len(scales) == STEPS // EVERY
    word = [found["genomics/exact-word", x].estimand.score for x in scales]  # type: ignore[union-attr]
    assert word[-1] > 0.5
    assert word[-1] > word[0]
    assert found["genomics/copy[identical]", scales[-1]].estimand.score < 0.1  # type: ignore[union-attr,operator]


def test_online_and_offline_scores_agree_exactly(trained: tuple[Path, Path], tmp_path: Path) -> None:
    offline = defaults.with_engine(study(), "checkpoints", [f"path={trained[0]}"])
    run.run(offline, tmp_path)
    after, during = learner(tmp_path), learner(trained[1])
    assert after.keys() == during.keys()
    assert len(after) == 3 * STEPS // EVERY
    for key, record in after.items():
        assert record.value == during[key].value, key
        assert record.estimand == during[key].estimand
        assert record.identity.items_digest == during[key].identity.items_digest
        assert record.main_scale.axis is Axis.TOKENS


def test_the_belief_is_written_down_at_every_checkpoint(trained: tuple[Path, Path]) -> None:
    entries = [e for e in ledger.read(trained[1] / LEDGER).entries if e.kind == "belief"]
    assert len(entries) == STEPS // EVERY
    assert entries[-1].body["belief"] > entries[0].body["belief"]


def test_the_folder_is_a_run_folder(trained: tuple[Path, Path]) -> None:
    from kindergrad.report import card

    page = card.card(trained[1]).write(trained[1] / "report.html")
    assert "in-training" in page.read_text(encoding="utf-8")


def test_checkpoints_are_a_ladder_and_are_read_from_the_trainers_state(trained: tuple[Path, Path]) -> None:
    engine = Checkpoints(str(trained[0]))
    points = engine.points()
    seen = json.loads((trained[0] / f"checkpoint-{EVERY}" / "trainer_state.json").read_text())["num_input_tokens_seen"]
    assert [p[0].axis for p in points] == [Axis.TOKENS] * 3
    assert points[0][0].value == seen
    assert points[2][0].value == 3 * seen
    assert len({engine.digest(i) for i in range(3)}) == 3
    asked = ["ACGT" * 3], ["GATTACA"]
    engine.stand_at(0)
    early = engine.log_likelihood(*asked)[0]
    engine.stand_at(2)
    assert engine.log_likelihood(*asked)[0] != early
    assert engine.untrained().parameters == engine.parameters


def forget_tokens(folder: Path) -> None:
    for file in folder.glob("*/trainer_state.json"):
        file.write_text(json.dumps(json.loads(file.read_text()) | {"num_input_tokens_seen": 0}))


def test_without_a_count_of_tokens_the_ladder_is_in_steps(trained: tuple[Path, Path], tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(trained[0], tmp_path / "copy"))
    forget_tokens(copy)
    assert [(p[0].axis, p[0].value) for p in Checkpoints(str(copy)).points()] == [
        (Axis.STEP, float(s)) for s in (50, 100, 150)]
    assert Checkpoints(str(copy), tokens_per_step="1k").points()[1][0].value == 100_000


def test_lightning_files_are_read_without_running_their_code(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return print, ("code of the file was run",)

    words, model = tiny.tokenizer("single"), tiny.model("gpt-neox", 10)
    words.save_pretrained(tmp_path / "config")
    model.config.architectures = ["GPTNeoXForCausalLM"]
    model.config.save_pretrained(tmp_path / "config")
    for step in (10, 20):
        state = {f"net.{name}": value + step / 1000 for name, value in model.state_dict().items()}
        torch.save({"state_dict": state, "global_step": step, "epoch": 1}, tmp_path / f"at-{step}.ckpt")
    engine = Checkpoints(str(tmp_path), config=str(tmp_path / "config"))
    assert [p[0].value for p in engine.points()] == [10, 20]
    with torch.no_grad():
        for weights in model.parameters():
            weights += 0.02
    from kindergrad.engines import huggingface

    expected = huggingface.of(model, words).log_likelihood([""], ["ACGTGCA"])
    assert np.allclose(engine.log_likelihood([""], ["ACGTGCA"]), expected, atol=1e-5)
    with pytest.raises(InputError, match="no architecture"):
        Checkpoints(str(tmp_path))
    torch.save({"state_dict": {}, "global_step": 30, "hook": Evil()}, tmp_path / "evil.ckpt")
    with pytest.raises(InputError, match="without running code"):
        Checkpoints(str(tmp_path), config=str(tmp_path / "config"))


def test_folders_that_are_no_ladder_are_refused(tmp_path: Path) -> None:
    for where, told in ((tmp_path / "none", "no folder of checkpoints"), (tmp_path, "holds no checkpoint")):
        with pytest.raises(InputError, match=told):
            Checkpoints(str(where))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "trainer_state.json").write_text("{}")
    with pytest.raises(InputError, match="cannot read the step"):
        Checkpoints(str(tmp_path))
    for name in "ab":
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "trainer_state.json").write_text('{"global_step": 5}')
    with pytest.raises(InputError, match="two checkpoints of step 5: a and b"):
        Checkpoints(str(tmp_path))


def test_a_full_disk_does_not_end_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kindergrad.core.errors import StoreError
    from kindergrad.core.scale import Scale
    from kindergrad.engines import huggingface
    from kindergrad.exams.store import Store

    def full(*_: Any) -> None:
        raise StoreError("cannot write record: no space left on device")

    sitter = training.Sitter(tmp_path, study())
    monkeypatch.setattr(Store, "write", full)
    words = tiny.tokenizer("single")
    with pytest.warns(UserWarning, match="no space left"):
        found = sitter.sit(huggingface.of(tiny.model("llama", len(words)), words), [Scale(axis=Axis.STEP, value=1)])
    assert len(found) == 3


def test_lightning_callback(tmp_path: Path) -> None:
    import pytorch_lightning as lightning

    words, sitter = tiny.tokenizer("single"), training.Sitter(tmp_path / "online", study())

    class Module(lightning.LightningModule):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.model = tiny.model("llama", len(words))

        def training_step(self, batch: Any, index: int) -> Any:
            return self.model(input_ids=batch, labels=batch).loss

        def configure_optimizers(self) -> Any:
            return torch.optim.AdamW(self.parameters(), lr=1e-3)

    data = torch.utils.data.DataLoader(torch.tensor([r["input_ids"][:60] for r in rows(24)]), batch_size=8)
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keep = lightning.callbacks.ModelCheckpoint(dirpath=tmp_path / "ckpt", every_n_train_steps=1, save_top_k=-1)
        trainer = lightning.Trainer(max_steps=2, accelerator="cpu", logger=False, enable_progress_bar=False,
                                    enable_model_summary=False,
                                    callbacks=[keep, training.lightning(sitter, words, tokens_per_step=480)])
        trainer.fit(Module(), data)
    assert {x for _, x in learner(tmp_path / "online")} == {480.0, 960.0}
    model = tiny.model("llama", len(words))
    model.config.architectures = ["LlamaForCausalLM"]
    model.config.save_pretrained(tmp_path / "config")
    words.save_pretrained(tmp_path / "config")
    given = [f"path={tmp_path / 'ckpt'}", f"config={tmp_path / 'config'}", "tokens_per_step=480"]
    run.run(defaults.with_engine(study(), "checkpoints", given), tmp_path / "offline")
    after, during = learner(tmp_path / "offline"), learner(tmp_path / "online")
    assert {k: r.value for k, r in after.items()} == {k: r.value for k, r in during.items()}
