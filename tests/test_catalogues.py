"""Everything a person reads has Vietnamese words: complete, composed, with the same places, and nothing left over."""

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from kiosk.base.resources import resource
from kiosk.base.settings import values as setting_values
from kiosk.base.settings.layers import Source
from kiosk.base.texts import REASONS
from kiosk.doctor.finding import Health
from kiosk.journal.disk.place import UNFIT
from kiosk.journal.upkeep.verify import Wrong
from sync.agent.asked.doctor import _FLAWS
from sync.agent.asked.public_log import DOUBTS
from sync.collector.api.language import REFUSED, TITLES
from sync.collector.proof.wrong import WHERE, What
from sync.collector.retention.lines.stays import Stays
from sync.collector.retention.works import Work

ROOT = Path(__file__).parent.parent
SOURCES = {
    "kiosk": ("kiosk/**/*.py", "sync/agent/**/*.py", "sync/protocol/**/*.py"),
    "collector": (
        "sync/collector/**/*.py",
        "kiosk/base/settings/*.py",
        "kiosk/base/terminal/*.py",
        "kiosk/base/survey_file.py",
        "kiosk/domain/visit/survey.py",
    ),
}
CONTINUED = ("missing", "damaged", "replaced", "rolled back", "restored", "diverged")
TABLES = {
    "kiosk": [
        *UNFIT.values(),
        *setting_values.SENTENCES.values(),
        *Wrong,
        *Source,
        *(words for said in _FLAWS.values() for words in said),
        *(words for said in DOUBTS.values() for words in said),
        *CONTINUED,
        *REASONS,
    ],
    "collector": [
        *CONTINUED,
        *REASONS,
        *Source,
        *setting_values.SENTENCES.values(),
        *What,
        *WHERE.values(),
        *Work,
        *Stays,
        *TITLES,
        *REFUSED,
    ],
}
"""Message ids that the code holds in tables, and says by their name."""
SAYING = re.compile(
    r"t|_tell|tell|_say|several|fault|Fault|SettingInvalid|Journal\w+|Diverged|ScreenUnavailable|DemoFailed|ChainBroken"
    r"|EnrolmentRefused|NotEnrolled|DeviceUnusable|AgentRunning|UsageWrong|QuestionWrong|CursorWrong|NotAllowed|ChangedMeanwhile|PlaceTaken|DatabaseUnusable|Schema\w+"
    r"|CodeRefused|TriesExhausted|CollectorBusy|StorageFull|JournalForeign|Unfit|NotTaken|KeyTaken|ProviderDown|ArrivalRefused|NoAccount|FileUnusable|SetupFileMissing|BundleNotWritten|SettingsNotKept|WrongUser|WrongCounter|ChannelDown|NotNow|Refused|DecisionWrong|NoteNeeded|ResultNeeded|Log[A-Z]\w+"
)
"""What is called with a message id as one of its first arguments."""


def catalogue(name: str, language: str):
    with resource("assets", "locale", language, "LC_MESSAGES", f"{name}.po").open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("name", SOURCES)
def test_every_sentence_of_the_code_has_vietnamese_words(name):
    known = {
        one
        for message in catalogue(name, "vi")
        if message.string
        for one in (message.id if isinstance(message.id, tuple) else (message.id,))
    }

    missing = sorted(set(sentences(name)) - known)

    assert missing == []


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", SOURCES)
def test_translation_keeps_every_place(name, language):
    for message in catalogue(name, language):
        for words in message.string if isinstance(message.string, tuple) else (message.string,):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            if message.id and words:
                assert places(words) in [places(one) for one in ids], message.id


@pytest.mark.parametrize("name", SOURCES)
def test_vietnamese_is_composed_and_polite(name):
    for message in catalogue(name, "vi"):
        words = message.string if isinstance(message.string, str) else " ".join(message.string)
        assert unicodedata.is_normalized("NFC", words), message.id
        assert not re.search(r"\b([Bb]ạn|[Mm]ày|[Qq]uý khách)\b", words), message.id


@pytest.mark.parametrize("name", SOURCES)
def test_both_languages_have_the_same_sentences(name):
    vietnamese, english = ({str(message.id) for message in catalogue(name, language)} for language in ("vi", "en"))

    assert vietnamese == english


def test_states_of_the_doctor_need_no_words():
    assert {str(state) for state in Health} == {"OK", "WARN", "FAIL"}


def sentences(name: str) -> Iterator[str]:
    """The message ids in the code of one catalogue."""
    yield from (str(words) for words in TABLES[name])
    for pattern in SOURCES[name]:
        paths = list(ROOT.glob(pattern))
        assert paths, f"{pattern} names no file"
        for path in paths:
            yield from spoken(ast.parse(path.read_text("utf-8")))


def spoken(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and SAYING.fullmatch(name_of(node.func)):
            for argument in node.args[:2]:
                if (
                    isinstance(argument, ast.Constant)
                    and isinstance(argument.value, str)
                    and is_sentence(argument.value)
                ):
                    yield argument.value


def name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def is_sentence(text: str) -> bool:
    """A message id and no key: keys are single words without a capital."""
    return " " in text or text[:1].isupper()


def places(words: str) -> set[str]:
    return {re.split(r"[.\[!]", name)[0] for _, name, _, _ in Formatter().parse(words) if name is not None}
