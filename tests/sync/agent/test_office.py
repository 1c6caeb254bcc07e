"""What the office set is brought when it changed, checked whole, and kept; the last good settings stay."""

import json
import stat
import subprocess

import pytest

from kiosk.base.resources import own_survey, resource
from kiosk.office.settings import survey_path
from sync.agent.agent import Agent
from sync.agent.device.enroll import KioskFiles
from sync.agent.errors import CollectorUnavailable
from sync.agent.office import kept_version
from sync.agent.state import load_state
from sync.agent.troubles import Trouble

GOOD = {"counter": "01", "survey": "sipas-5@1", "hours": [{"days": [1, 2], "opens": "07:30", "closes": "11:30"}]}


@pytest.fixture
def agent(tmp_path, journal, collector, clock) -> Agent:
    path = tmp_path / "journal.db"
    return Agent(KioskFiles(tmp_path), path, lambda: journal, collector.open, clock, start_delay_s_max=0)


def text_of_own() -> str:
    return survey_path("tt32-3").read_text("utf-8").replace('id = "tt32-3"', 'id = "own-3"')


def set_by_office(collector, settings: object, version: str) -> None:
    collector.office = (settings if isinstance(settings, bytes) else json.dumps(settings).encode(), version)


def cycles(agent: Agent, clock, n: int = 1) -> None:
    for _ in range(n):
        clock.advance(61)
        agent.run_cycle()


def test_settings_are_brought_once_and_again_only_when_they_changed(tmp_path, agent, collector, clock):
    set_by_office(collector, GOOD, '"1"')
    cycles(agent, clock, 3)
    assert collector.calls.count("settings") == 1

    set_by_office(collector, {**GOOD, "survey": "tt32-3@1"}, '"2"')
    cycles(agent, clock, 2)

    assert collector.calls.count("settings") == 2
    kept = json.loads((tmp_path / "settings.json").read_bytes())
    assert (kept["version"], kept["settings"]["survey"]) == ('"2"', "tt32-3@1")
    assert stat.S_IMODE((tmp_path / "settings.json").stat().st_mode) == 0o600
    assert collector.statuses[-1].settings == '"2"'


@pytest.mark.parametrize(
    "bad",
    [
        b"<html>",
        {"survey": "sipas-5@1"},
        {**GOOD, "survey": "sipas-5@99"},
        {**GOOD, "survey": "../../etc/passwd@1"},
        {**GOOD, "hours": [{"days": [8], "opens": "07:30", "closes": "11:30"}]},
        {**GOOD, "hours": [{"days": [1], "opens": "17:00", "closes": "11:30"}]},
        {**GOOD, "theme": "pink"},
        {**GOOD, "words_key": "AAAA"},
        {**GOOD, "words_key": "no base64 of a key, and far too long to be one ====="},
        {**GOOD, "ring": "stable\nURIs: http://elsewhere"},
        {**GOOD, "holidays": ["2026-02-30"]},
        {**GOOD, "worked": [{"day": "2026-02-30"}]},
        {**GOOD, "worked": [{"day": "2026-08-22", "like": 8}]},
        {**GOOD, "office_days": {"off": ["13-01"]}},
        {**GOOD, "office_days": {"worked": [{"day": "22/08/2026"}]}},
        {**GOOD, "survey": "own-3@1", "survey_text": "id = 'own-3'"},
        {**GOOD, "survey": "own-3@2", "survey_text": text_of_own()},
        {**GOOD, "survey": "own-3@1", "survey_text": text_of_own().replace('icon = "wait"', 'icon = "rocket"')},
    ],
)
def test_bad_settings_are_refused_whole_told_once_and_the_last_good_ones_stay(tmp_path, agent, collector, clock, bad):
    set_by_office(collector, GOOD, '"1"')
    cycles(agent, clock)
    set_by_office(collector, bad, '"2"')

    cycles(agent, clock, 3)

    assert kept_version(tmp_path) == '"1"'
    assert collector.calls.count("settings") == 2
    assert collector.statuses[-1].settings_fault
    assert load_state(tmp_path / "agent.json").trouble is None
    set_by_office(collector, GOOD, '"3"')
    cycles(agent, clock, 2)
    assert (kept_version(tmp_path), collector.statuses[-1].settings_fault) == ('"3"', None)


def test_settings_that_cannot_be_brought_keep_no_rating_waiting(agent, journal, collector, clock, monkeypatch):
    def broken(_known: object) -> None:
        raise CollectorUnavailable(Trouble.NO_ANSWER, "the connection broke")

    set_by_office(collector, GOOD, '"1"')
    monkeypatch.setattr(collector, "settings", broken)

    cycles(agent, clock)

    assert collector.copies[journal.id] == journal.lines


def test_settings_of_a_newer_collector_are_followed_as_far_as_they_are_known(tmp_path, agent, collector, clock):
    set_by_office(collector, {**GOOD, "music": "loud"}, '"1"')

    cycles(agent, clock)

    assert kept_version(tmp_path) == '"1"'


def test_settings_that_an_older_version_kept_are_fetched_again_once(tmp_path, agent, collector, clock):
    """It dropped what it did not know, such as worked days, and kept the version."""
    days = {"worked": [{"day": "2026-08-22", "like": 1}], "office_days": {"off": ["2026-12-24"]}}
    set_by_office(collector, {**GOOD, **days}, '"1"')
    (tmp_path / "settings.json").write_text(json.dumps({"version": '"1"', "settings": GOOD}), "utf-8")

    cycles(agent, clock, 3)

    assert collector.calls.count("settings") == 1
    kept = json.loads((tmp_path / "settings.json").read_bytes())
    assert {name: kept["settings"][name] for name in days} == days
    assert collector.statuses[-1].settings == '"1"'


def test_survey_that_the_office_wrote_is_kept_beside_the_settings(tmp_path, agent, collector, clock):
    set_by_office(collector, {**GOOD, "survey": "own-3@1", "survey_text": text_of_own()}, '"1"')

    cycles(agent, clock)

    assert kept_version(tmp_path) == '"1"'
    assert own_survey(tmp_path, "own-3@1").read_text("utf-8") == text_of_own()


@pytest.mark.parametrize(("ring", "suite"), [("canary", "canary"), (None, "stable")])
def test_ring_that_the_office_set_becomes_the_suite_of_the_apt_source(tmp_path, agent, collector, clock, ring, suite):
    source = tmp_path / "hailong.sources"
    source.write_text("Types: deb\nURIs: https://goi.example.vn\nSuites: stable\nComponents: main\n", "utf-8")
    set_by_office(collector, {**GOOD, **({"ring": ring} if ring else {})}, '"1"')
    cycles(agent, clock)

    script = resource("config", "debian", "kiosk", "follow-ring")
    subprocess.run(["sh", script, tmp_path / "settings.json", source, tmp_path / "own-suites"], check=True, timeout=60)

    assert source.read_text("utf-8").splitlines()[2] == f"Suites: {suite}"
