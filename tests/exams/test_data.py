"""Where data sets are looked for, what is said when they are missing, and fetching with digests (from this machine)."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kindergrad.core.errors import UnknownNameError
from kindergrad.exams import build, catalogue, data
from kindergrad.worlds import public

BODY = b"x,y\n1,2\n"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No data set of this machine is seen."""
    monkeypatch.delenv(data.ENVIRONMENT, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A set named toy whose only file is served by this machine."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "toy.csv").write_bytes(BODY)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "site")))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/toy.csv"
    toy(monkeypatch, url, hashlib.sha256(BODY).hexdigest())
    yield url
    server.shutdown()
    server.server_close()
    thread.join()


def toy(monkeypatch: pytest.MonkeyPatch, url: str, sha256: str, needs: str = "") -> None:
    one = public.PublicSet("toy", "a toy", "nowhere", "nobody", "MIT", (public.File("toy.csv", url, sha256),), needs)
    monkeypatch.setitem(public.SETS, "toy", one)


def put(root: Path, body: bytes = BODY) -> Path:
    (root / "toy").mkdir(parents=True)
    (root / "toy" / "toy.csv").write_bytes(body)
    return root / "toy"


def test_the_given_folder_comes_first_then_the_environment_then_the_cache(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy(monkeypatch, "", "")
    assert data.find("toy") is None
    cached = put(data.cache())
    assert data.find("toy") == cached == tmp_path / "cache" / "kindergrad" / "data" / "toy"
    named = put(tmp_path / "named")
    monkeypatch.setenv(data.ENVIRONMENT, str(tmp_path / "named"))
    assert data.find("toy") == named
    given = put(tmp_path / "given")
    assert data.find("toy", tmp_path / "given") == given
    assert data.roots(tmp_path / "given") == [tmp_path / "given", tmp_path / "named", data.cache()]
    assert data.find("toy", tmp_path / "empty") == named, "an empty folder hides nothing"


def test_fetched_files_are_checked_and_found(served: str) -> None:
    assert data.status_of("toy")[0] == "needs-data"
    assert (data.fetch("toy") / "toy.csv").read_bytes() == BODY
    assert data.status_of("toy") == ("ready", "")
    assert [f.status for f in data.files("toy")] == ["ok"]


def test_another_digest_is_refused(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    toy(monkeypatch, served, "0" * 64)
    with pytest.raises(data.DataError, match=r"cannot fetch .*toy\.csv"):
        data.fetch("toy")
    assert data.find("toy") is None, "what is not as expected is not kept"


def test_without_network_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    toy(monkeypatch, "http://127.0.0.1:9/toy.csv", "0" * 64)
    with pytest.raises(data.DataError, match=r"try again online, or put the file into DIR/toy and give --data DIR"):
        data.fetch("toy")


def test_a_set_without_digests_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    toy(monkeypatch, "http://127.0.0.1:9/toy.csv", "")
    with pytest.raises(data.DataError, match=r"no digest is known for toy\.csv; get it by hand from nowhere"):
        data.fetch("toy")


def test_a_changed_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy(monkeypatch, "http://127.0.0.1:9/toy.csv", "0" * 64)
    put(tmp_path)
    assert [f.status for f in data.files("toy", tmp_path)] == ["other digest"]
    assert [f.status for f in data.files("toy")] == ["missing"]


def test_a_library_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy(monkeypatch, "", "", needs="no_such_library")
    put(tmp_path)
    state, needs = data.status_of("toy", tmp_path)
    assert state == "needs-extra"
    assert "pip install 'kindergrad[data]'" in needs
    with pytest.raises(data.DataError, match="no_such_library"):
        data.folder("toy", tmp_path)


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'mavenn'"):
        data.find("maven")


def test_without_data_exams_wait_and_nothing_fails() -> None:
    rows = {row.id: row for row in catalogue.listing("assessments")}
    waiting = {name for name, row in rows.items() if row.status == "needs-data"}
    assert waiting == {a.id for a in catalogue.assessments().values() if catalogue.data_set(a)}
    assert len(waiting) >= 6
    assert all("kindergrad data fetch" in rows[name].needs or "--data DIR" in rows[name].needs for name in waiting)
    with pytest.raises(data.DataError, match=r"data set 'mavenn' .* kindergrad data fetch mavenn"):
        build.named("mpsa", 0)


def test_skills_without_exam_name_source_and_loader() -> None:
    rows = [row for row in catalogue.listing("skills") if not row.version]
    assert rows and all(row.status == "needs-data" and "; to be written: " in row.needs for row in rows
                        if row.domain == "genomics")


def test_with_data_they_are_ready(shared_data: Path) -> None:
    for kind in ("assessments", "worlds"):
        assert all(row.status == "ready" and not row.needs for row in catalogue.listing(kind, data=shared_data))
    assert {row.status for row in data.listing(shared_data)} == {"ready"}
