"""``collector witness``, as it is typed; there is no database anywhere."""

import json

import pytest

from sync.collector.commands.main import app
from tests.sync.protocol.tlog.samples import LOG, ORIGIN, WITNESS, signed_note


@pytest.fixture
def run(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    monkeypatch.setenv("HAILONG_LANGUAGE", "en")

    def call(*words: str):
        return CliRunner().invoke(app, ["witness", *words, "--data-dir", str(tmp_path)])

    return call


def test_witness_is_made_told_a_log_and_says_how_it_stands(run, tmp_path):
    made = run("init", "--name", WITNESS.name, "--quiet")
    assert made.output.startswith(f"{WITNESS.name}+")

    assert "is watched from now on" in run("add-log", LOG.vkey).output
    assert "is watched already" in run("add-log", LOG.vkey).output
    assert "nothing was cosigned yet" in run("status").output
    from sync.collector.witness.kept import WitnessFiles
    from sync.collector.witness.witness import Witness

    body = f"old 0\n\n{signed_note([b'a']).format()}".encode()
    assert Witness(WitnessFiles(tmp_path / "witness"), lambda: 1_795_280_000).add_checkpoint(body).status == 200
    said = json.loads(run("status", "--json").output)

    assert said["vkey"] == made.output.strip()
    assert said["logs"] == [{"origin": ORIGIN, "size": 1, "at": "2026-11-21T16:53:20+00:00"}]
    assert not list(tmp_path.rglob("*.db"))


def test_what_is_no_key_is_refused(run):
    run("init", "--name", "w.example")

    assert isinstance(run("add-log", "nonsense").exception, Exception)
