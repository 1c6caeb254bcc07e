"""The office writes surveys of its own; what an old rating meant stays for ever."""

from dataclasses import replace

import pytest

from kiosk.domain.visit.survey import Survey, SurveyInvalid, read_survey
from sync.collector.errors import UsageWrong
from sync.collector.fleet.surveys.library import Library, shipped_surveys
from sync.collector.fleet.surveys.store import begin_draft, delete_draft, find_own, publish, read_own, save_draft
from sync.collector.fleet.surveys.writing import gaps, scale_faults, survey_toml
from tests.sync.collector.builders import NOON, Office

SHIPPED = shipped_surveys()
FIVE = SHIPPED["sipas-5@1"]


def begin(office: Office, name: str = "cua-toi", base: Survey = FIVE) -> Survey:
    with office.database.writing() as connection:
        return begin_draft(connection, base, name, SHIPPED, "huong", NOON)


def save(office: Office, survey: Survey) -> None:
    with office.database.writing() as connection:
        save_draft(connection, survey.ref, survey_toml(survey), "huong", NOON)


def let_go(office: Office, ref: str) -> None:
    with office.database.writing() as connection:
        publish(connection, ref, "huong", NOON)


@pytest.mark.parametrize("survey", SHIPPED.values(), ids=list(SHIPPED))
def test_survey_is_written_as_it_was_read(survey: Survey) -> None:
    assert read_survey(survey_toml(survey), "again") == survey


def test_published_survey_is_known_by_name_and_a_draft_is_not(office: Office) -> None:
    library = Library(office.database)
    begin(office)
    assert "cua-toi@1" not in library

    let_go(office, "cua-toi@1")
    library.forget()

    assert library["cua-toi@1"].questions == FIVE.questions
    assert list(library) == [*SHIPPED, "cua-toi@1"]


def test_published_survey_never_changes(office: Office) -> None:
    draft = begin(office)
    let_go(office, draft.ref)

    for change in (save, lambda office, draft: let_go(office, draft.ref)):
        with pytest.raises(UsageWrong):
            change(office, replace(draft, reasons_max=1))
    with office.database.writing() as connection, pytest.raises(UsageWrong):
        delete_draft(connection, draft.ref, "huong", NOON)

    assert find_in(office, draft.ref) == draft


def test_next_version_may_say_it_in_other_words_but_not_on_another_scale(office: Office) -> None:
    first = begin(office)
    let_go(office, first.ref)
    second = begin(office, base=first)
    question = second.questions[0]
    words = replace(question, text={"vi": "Ông/Bà thấy thế nào?"})

    save(office, replace(second, questions=(shorter_scale(words),)))
    with pytest.raises(SurveyInvalid, match="another scale"):
        let_go(office, second.ref)
    save(office, replace(second, questions=(words,)))
    let_go(office, second.ref)

    assert find_in(office, "cua-toi@2").questions[0].text == {"vi": "Ông/Bà thấy thế nào?"}
    assert find_in(office, "cua-toi@1").questions == FIVE.questions


def test_reason_never_stands_for_another_factor() -> None:
    other = replace(FIVE, version=2, reasons=(replace(FIVE.reasons[0], factor="E1"), *FIVE.reasons[1:]))

    ((_, values),) = scale_faults(other, FIVE)

    assert values == {"reason": FIVE.reasons[0].id, "ref": "sipas-5@1"}


def test_name_of_a_shipped_survey_is_never_taken(office: Office) -> None:
    with pytest.raises(UsageWrong, match="shipped"):
        begin(office, "sipas-5")


def test_survey_has_one_draft_at_a_time(office: Office) -> None:
    begin(office)

    with pytest.raises(UsageWrong, match="draft"):
        begin(office)


@pytest.mark.parametrize("name", ["", "Của tôi", "x" * 41, "a/b"])
def test_name_that_is_none_is_refused_and_nothing_kept(office: Office, name: str) -> None:
    with pytest.raises(SurveyInvalid):
        begin(office, name)

    assert office.rows("survey_text") == []


def test_faulty_words_leave_the_draft_as_it_was(office: Office) -> None:
    draft = begin(office)

    for text in ("id = ", survey_toml(replace(draft, version=2)), survey_toml(draft) + "#" * 30_000):
        with office.database.writing() as connection, pytest.raises(SurveyInvalid):
            save_draft(connection, draft.ref, text, "huong", NOON)

    assert find_in(office, draft.ref) == draft


def test_texts_that_a_language_lacks_are_counted() -> None:
    question = replace(FIVE.questions[0], text={"vi": "Hỏi", "km": "សួរ"})
    survey = replace(FIVE, questions=(question,))
    texts = 2 + len(question.levels) + len(FIVE.reasons)

    assert gaps(survey) == {"en": 1, "km": texts - 1, "vi": 0}


def test_every_step_stands_in_the_audit_log(office: Office) -> None:
    let_go(office, begin(office).ref)
    second = begin(office, base=FIVE)
    with office.database.writing() as connection:
        delete_draft(connection, second.ref, "huong", NOON)

    actions = office.rows("audit", "action", "subject")
    assert actions == [
        ("survey.draft", "cua-toi@1"), ("survey.publish", "cua-toi@1"), ("survey.draft", "cua-toi@2"),
        ("survey.delete", "cua-toi@2"),
    ]  # fmt: skip
    with office.database.reading() as connection:
        assert [own.survey.ref for own in read_own(connection)] == ["cua-toi@1"]


def shorter_scale(question):  # type: ignore[no-untyped-def]
    """Three levels of five, the upper one satisfied."""
    levels = tuple(replace(level, satisfied=level.value == 3) for level in question.levels[:3])
    return replace(question, levels=levels)


def find_in(office: Office, ref: str) -> Survey:
    with office.database.reading() as connection:
        return find_own(connection, ref).survey
