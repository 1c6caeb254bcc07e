"""What the office set wins over the kiosk's own file, and is written down once it is in force."""

import json
from datetime import datetime, time
from types import SimpleNamespace

import pytest

from kiosk.base.resources import own_survey
from kiosk.domain.visit.visit import Step
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.stated import InForce
from kiosk.office.from_centre import counter_said, with_office
from kiosk.office.settings import load_kiosk_settings, survey_path
from kiosk.run import start

SET = {
    "counter": "Q1", "survey": "tt32-3@1", "counter_name": "Quầy 1", "unit_name": "Xã Bắc Sơn",
    "hours": [{"days": [1, 5], "opens": "07:30", "closes": "11:30"}],
}  # fmt: skip


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "kiosk").mkdir()
    return load_kiosk_settings(None, tmp_path)


def put(settings, content: object) -> None:
    (settings.folder / "settings.json").write_text(json.dumps(content), encoding="utf-8")


def test_survey_hours_and_names_of_the_office_are_in_force(settings):
    put(settings, {"version": "7", "settings": SET})

    found, version = with_office(settings)

    assert version == "7"
    assert found.load_survey().ref == "tt32-3@1"
    assert found.office.name == {"vi": "Xã Bắc Sơn"}
    (opening,) = found.rules.calendar.openings
    assert (opening.weekdays, opening.start, opening.end) == (frozenset({0, 4}), time(7, 30), time(11, 30))


def test_theme_holidays_thresholds_and_texts_of_the_office_are_in_force(settings):
    texts = {"vi": {"office": "Trung tâm mới", "counter": "Quầy Một"}, "en": {"office": "New Centre"}}
    thresholds = {"cell_min": 0, "step": 10, "tomorrow": 1}
    said = {"theme": "dark", "holidays": ["2026-08-31"], "thresholds": thresholds, "texts": texts}
    put(settings, {"version": "7", "settings": {**SET, **said}})

    found, _ = with_office(settings)

    assert found.screen.theme == "dark"
    # Two Mondays within the hours; one of them a holiday.
    assert not found.rules.is_open(datetime(2026, 8, 31, 9, tzinfo=settings.zone))
    assert found.rules.is_open(datetime(2026, 9, 7, 9, tzinfo=settings.zone))
    # Below five, as an older collector let it be set, is five.
    assert (found.disclosure.cell_min, found.disclosure.percent_min, found.disclosure.least) == (5, 30, 10)
    assert found.office.name == {"vi": "Trung tâm mới", "en": "New Centre"}
    assert found.office.counter == {"vi": "Quầy Một"}


OPEN, CLOSED = True, False


@pytest.mark.parametrize(
    ("said", "day", "is_open"),
    [
        # Set for its unit on the web.
        ({"worked": [{"day": "2026-08-29", "like": 1}]}, "2026-08-29", OPEN),
        ({"worked": [{"day": "2026-08-29", "like": 2}]}, "2026-08-29", CLOSED),  # as a Tuesday, which has no hours
        ({"worked": [{"day": "2026-08-31"}]}, "2026-08-31", OPEN),  # although the country is off
        ({"holidays": ["2026-08-22"]}, "2026-08-22", CLOSED),  # although the country works
        # Set for the whole office in the collector's own settings.
        ({"office_days": {"off": ["09-07"]}}, "2026-09-07", CLOSED),
        ({"office_days": {"worked": [{"day": "2026-08-29", "like": 5}]}}, "2026-08-29", OPEN),
        ({"office_days": {"public": "none"}}, "2026-08-31", OPEN),
        ({"office_days": {"off": ["2026-09-07"]}, "worked": [{"day": "2026-09-07"}]}, "2026-09-07", OPEN),
        ({}, "2026-08-22", OPEN),
        ({}, "2026-08-31", CLOSED),
        # A later collector's word that this version does not know.
        ({"office_days": {"public": "laos", "moon": 3}, "half_days": []}, "2026-08-31", CLOSED),
    ],
)
def test_days_that_the_office_set_are_in_force(settings, said, day, is_open):
    put(settings, {"version": "7", "settings": {**SET, **said}})

    found, _ = with_office(settings)

    assert found.rules.is_open(datetime.fromisoformat(f"{day}T09:00:00+07:00")) is is_open


@pytest.mark.parametrize(
    ("said", "closed"),
    [
        ({}, ["2026-12-07", "2026-12-21"]),
        ({"office_days": {"off": ["2026-12-14"]}}, ["2026-12-07", "2026-12-14", "2026-12-21"]),
        # What is set for a kiosk takes the place of its own list, as ever.
        ({"holidays": ["2026-12-14"]}, ["2026-12-14"]),
        ({"worked": [{"day": "2026-12-07"}]}, ["2026-12-21"]),
    ],
)
def test_kiosks_own_days_off_hold_until_the_office_sets_others(tmp_path, settings, said, closed):
    (settings.folder / "kiosk.toml").write_text('[visit]\nholidays = ["2026-12-07", "2026-12-21"]', "utf-8")
    own = load_kiosk_settings(None, tmp_path)
    put(own, {"version": "7", "settings": {**SET, **said}})

    rules = with_office(own)[0].rules

    mondays = [f"2026-12-{day:02}" for day in (7, 14, 21, 28)]
    assert [day for day in mondays if not rules.is_open(datetime.fromisoformat(f"{day}T09:00:00+07:00"))] == closed


def test_survey_that_the_office_wrote_is_in_force(settings):
    text = survey_path("tt32-3").read_text("utf-8").replace('id = "tt32-3"', 'id = "own-3"')
    file = own_survey(settings.folder, "own-3@1")
    file.parent.mkdir()
    file.write_text(text, "utf-8")
    put(settings, {"version": "7", "settings": {"counter": "Q1", "survey": "own-3@1", "survey_text": text}})

    assert with_office(settings)[0].load_survey().ref == "own-3@1"


def test_what_the_office_left_open_stays_as_the_kiosk_has_it(settings):
    put(settings, {"version": "7", "settings": {"counter": "Q1"}})

    assert with_office(settings) == (settings, "7")


@pytest.mark.parametrize("content", [None, [], {"version": 1}, {"settings": {}}])
def test_file_that_cannot_be_read_says_nothing(settings, content):
    put(settings, content)

    assert with_office(settings) == (settings, None)


def test_settings_in_force_are_written_down_when_they_change(tmp_path, clock):
    path = tmp_path / "journal.db"
    for survey, version in (("a@1", None), ("a@1", None), ("a@1", "7"), ("b@1", "7"), ("b@1", "7")):
        with Journal.open(path, clock, "hailong test", allow_any_disk=True) as journal:
            journal.state_settings(InForce(survey, version, {}), clock.now())

    with JournalReader(path) as reader:
        lines = [json.loads(entry.line) for entry in reader.entries()]
    stated = [(line["survey"], line.get("settings")) for line in lines if line["kind"] == "settings"]
    assert stated == [("a@1", None), ("a@1", "7"), ("b@1", "7")]


@pytest.mark.parametrize("step", list(Step))
def test_what_the_office_set_waits_until_nobody_is_there(settings, monkeypatch, step):
    stopped: list[Step] = []
    monkeypatch.setattr(start, "stop_kiosk", lambda: stopped.append(step))
    run = start._Run(settings)
    run.begin(SimpleNamespace(step_shown=step), lambda _app: None)
    put(settings, {"version": "8", "settings": SET})

    run.look(None)

    assert bool(stopped) == run.again.is_set() == (step is Step.RESTING)


@pytest.mark.parametrize("step", list(Step))
def test_half_days_are_cut_when_no_visit_is_under_way(settings, step):
    calls: list[str] = []
    run = start._Run(settings)
    more = iter((True, False))

    def cut(_journal: None) -> bool:
        calls.append("cut")
        return next(more)

    run._upkeep = SimpleNamespace(cut=cut, tidy=lambda _: calls.append("tidy"))
    run._app = SimpleNamespace(step_shown=step)

    while run.tidy(None):
        pass

    assert calls == (["cut", "cut", "tidy"] if step is Step.RESTING else ["tidy"])


def test_kiosk_that_is_moved_says_where_it_stands(settings):
    assert counter_said(settings.folder) is None

    put(settings, {"version": "7", "settings": {"counter": "Q1"}})

    assert counter_said(settings.folder) == "Q1"


def test_nothing_new_from_the_office_disturbs_nobody(settings, monkeypatch):
    put(settings, {"version": "7", "settings": SET})
    monkeypatch.setattr(start, "stop_kiosk", lambda: pytest.fail("stopped"))
    run = start._Run(settings)
    run.begin(SimpleNamespace(step_shown=Step.RESTING), lambda _app: None)

    run.look(None)

    assert not run.again.is_set()
