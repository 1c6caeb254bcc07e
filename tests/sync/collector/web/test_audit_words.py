"""The audit log's actions have words: every one that the code writes, and what is not known stays as it is."""

import ast
import re
from pathlib import Path

from kiosk.base.texts import texts
from sync.collector.care.cases.care import What as CaseDeed
from sync.collector.care.comments.care import What as CommentDeed
from sync.collector.web.people.audit_words import action_in

SOURCES = Path(__file__).parents[4] / "sync" / "collector"
IS_ACTION = re.compile(r"[a-z]+(-[a-z]+)?([. ][a-z ]+)?")


def test_every_action_that_is_written_down_has_words_in_both_languages() -> None:
    written = {action for path in SOURCES.rglob("*.py") for action in _actions(ast.parse(path.read_text("utf-8")))}
    written |= {f"case {deed}" for deed in CaseDeed} | {f"comment {deed}" for deed in CommentDeed}

    assert len(written) > 40
    for language in ("vi", "en"):
        t = texts("collector", language)
        assert sorted(action for action in written if action_in(t, action) == action) == [], language


def test_an_action_that_is_not_known_is_told_as_it_stands() -> None:
    assert action_in(texts("collector", "vi"), "kiosk.danced") == "kiosk.danced"


def _actions(tree: ast.AST) -> list[str]:
    """What the calls of ``note`` and of the rollouts' ``_put`` write down as their fourth argument."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("note", "_put") and len(node.args) > 4:
            action = node.args[4] if getattr(node.func, "id", "") == "_put" else node.args[3]
            if isinstance(action, ast.Constant) and IS_ACTION.fullmatch(str(action.value)):
                found.append(str(action.value))
    return found
