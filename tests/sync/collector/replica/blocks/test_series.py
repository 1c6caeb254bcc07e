"""Series: which versions are added up together."""

from dataclasses import replace

from kiosk.domain.visit.survey import Survey
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.replica.blocks.series import series_of, versions_of

SIPAS = shipped_surveys()["sipas-5@1"]
QUESTION = SIPAS.questions[0]


def _known(*surveys: Survey) -> dict[str, Survey]:
    return {survey.ref: survey for survey in surveys}


def test_versions_with_the_same_levels_are_one_series():
    surveys = _known(SIPAS, replace(SIPAS, version=2))

    assert {series_of(surveys, ref, QUESTION.id) for ref in surveys} == {"sipas-5:12345"}
    assert versions_of(surveys, "sipas-5:12345", QUESTION.id) == ["sipas-5@1", "sipas-5@2"]


def test_a_version_with_other_levels_is_a_series_of_its_own():
    fewer = replace(SIPAS, version=2, questions=(replace(QUESTION, levels=QUESTION.levels[:4]),))
    surveys = _known(SIPAS, fewer)

    assert series_of(surveys, "sipas-5@2", QUESTION.id) == "sipas-5:1234"
    assert versions_of(surveys, "sipas-5:12345", QUESTION.id) == ["sipas-5@1"]
    assert versions_of(surveys, "sipas-5:1234", QUESTION.id) == ["sipas-5@2"]


def test_a_version_that_is_not_known_is_a_series_of_its_own():
    surveys = _known(SIPAS)

    assert series_of(surveys, "sipas-5@9", QUESTION.id) == "sipas-5@9"
    assert versions_of(surveys, "sipas-5@9", QUESTION.id) == ["sipas-5@9"]


def test_a_question_that_a_version_does_not_have_is_in_none_of_its_series():
    surveys = _known(SIPAS)

    assert series_of(surveys, "sipas-5@1", "other") == "sipas-5@1"
    assert versions_of(surveys, "sipas-5:12345", "other") == []
