"""Alert rules and dashboard ask only for what the collector and the agent tell, by the labels they tell it with."""

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY, generate_latest

import sync.collector.chores.kiosks
import sync.collector.run.app
from kiosk.journal.chain import Cursor
from kiosk.journal.journal import Journal
from sync.agent.asked.metrics import write_metrics
from sync.agent.state import AgentState, keep_state
from sync.agent.troubles import Trouble
from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.run.gauges import Gauges
from tests.builders import FrozenClock, make_rating

MONITORING = Path(__file__).parent.parent / "config" / "monitoring"
MODULES = (sync.collector.run.app, sync.collector.chores.kiosks, Gauges)
"""What registers the collector's metrics."""


@pytest.fixture
def agents(tmp_path: Path) -> str:
    """The agent's file for a kiosk that has just been unpacked."""
    write_metrics(tmp_path / "hailong.prom", tmp_path, tmp_path / "journal.db", FrozenClock())
    return (tmp_path / "hailong.prom").read_text("utf-8")


@pytest.fixture
def told(agents: str) -> set[str]:
    """The name of every series there may be."""
    names = set(re.findall(r"^# TYPE (\S+)", agents + generate_latest(REGISTRY).decode(), re.MULTILINE))
    later = {"waiting_entries", "oldest_waiting_timestamp_seconds", "last_contact_timestamp_seconds"}
    names |= {f"hailong_agent_{name}" for name in later}
    return names | {f"{name}_{part}" for name in names for part in ("bucket", "sum", "count")}


def expressions() -> list[str]:
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text("utf-8"))
    dashboard = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))
    alerts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    return alerts + [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_every_metric_that_is_asked_for_is_told(told: set[str]) -> None:
    asked = {name for expression in expressions() for name in re.findall(r"hailong_\w+", expression)}

    assert asked - told == set()
    assert len(asked) > 15


def test_every_state_that_is_asked_for_exists() -> None:
    asked = {state for each in expressions() for state in re.findall(r'hailong_kiosks\{state="(\w+)"', each)}
    troubles = {name for each in expressions() for names in re.findall(r'trouble!~"([^"]+)"', each)
                for name in names.split("|")}  # fmt: skip

    assert asked <= set(Fault)
    assert troubles <= set(Trouble)


def test_every_alert_is_tried_with_what_sets_it_off_and_what_does_not(told: set[str]) -> None:
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text("utf-8"))
    tried = yaml.safe_load((MONITORING / "alerts.test.yml").read_text("utf-8"))["tests"]

    for test in tried:
        assert [bool(case["exp_alerts"]) for case in test["alert_rule_test"]] == [False, True], test["name"]
        assert {case["alertname"] for case in test["alert_rule_test"]} == {test["name"]}
        series = {re.match(r"\w+", one["series"])[0] for one in test["input_series"]}  # type: ignore[index]
        assert series - told <= {"up"}, test["name"]
    assert [test["name"] for test in tried] == [rule["alert"] for group in rules["groups"] for rule in group["rules"]]


def test_brackets_of_every_expression_close() -> None:
    for expression in expressions():
        depth = 0
        for sign in re.sub(r'"[^"]*"', "", expression):
            depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(sign, 0)
            assert depth >= 0, expression
        assert depth == 0, expression


def test_every_alert_says_what_to_do_in_both_languages() -> None:
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text("utf-8"))

    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        assert rule["labels"]["severity"] in {"info", "warning", "critical"}, rule["alert"]
        assert " / " in rule["annotations"]["summary"], rule["alert"]
        assert rule["annotations"]["description"], rule["alert"]
        assert re.fullmatch(r"\d+[mh]", rule["for"]), rule["alert"]


def test_panels_do_not_lie_over_one_another() -> None:
    panels = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]

    assert len(set(places)) == len(panels)


def test_agents_file_is_whole_and_for_everybody(agents: str, tmp_path: Path) -> None:
    file = tmp_path / "hailong.prom"

    assert file.stat().st_mode & 0o777 == 0o644
    assert "hailong_agent_enrolled 0\n" in agents
    assert 'hailong_agent_trouble{trouble="not_enrolled"} 1\n' in agents
    assert [path.name for path in tmp_path.iterdir() if "unfinished" in path.name] == []


def test_agents_file_does_not_move_with_a_press(tmp_path: Path) -> None:
    clock, file = FrozenClock(), tmp_path / "hailong.prom"
    with Journal.open(tmp_path / "journal.db", clock, "test") as journal:
        for _ in range(3):
            journal.append(make_rating(clock))
        clock.advance(86_400)
        known: list[tuple[str, float]] = []
        for _ in range(3):
            keep_state(tmp_path / "agent.json", AgentState().with_contact("another", Cursor(1, bytes(32)), clock.now()))
            write_metrics(file, tmp_path, tmp_path / "journal.db", clock)
            known.append((file.read_text("utf-8"), file.stat().st_mtime))
            clock.advance(60)
            journal.append(make_rating(clock))

    assert known[0] == known[1] == known[2]
    assert "hailong_agent_waiting_entries 4\n" in known[0][0]


def test_agents_file_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    write_metrics(tmp_path / "none" / "hailong.prom", tmp_path, tmp_path / "journal.db", FrozenClock())
