from pathlib import Path

import pytest

from kiosk.base.resources import resource
from kiosk.base.survey_file import load_survey
from kiosk.domain.visit.survey import SurveyInvalid

SHIPPED = sorted(resource("config", "surveys").glob("*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_survey_is_complete_in_both_languages(path):
    survey = load_survey(path)

    assert survey.id == path.stem
    words = [survey.name, *(reason.text for reason in survey.reasons)]
    words += [
        text for question in survey.questions for text in (question.text, *(level.text for level in question.levels))
    ]
    assert all(set(text) >= {"vi", "en"} for text in words)


def test_five_levels_are_those_of_sipas():
    (question,) = load_survey(resource("config", "surveys", "sipas-5.toml")).questions

    said = [level.text["vi"].replace("\u00a0", " ") for level in question.levels]
    assert said == ["Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng"]
    assert [level.satisfied for level in question.levels] == [False, False, False, True, True]


def test_three_levels_are_those_of_circular_32():
    (question,) = load_survey(resource("config", "surveys", "tt32-3.toml")).questions

    said = [level.text["vi"].replace("\u00a0", " ") for level in question.levels]
    assert said == ["Chưa hài lòng", "Hài lòng", "Rất hài lòng"]
    assert [level.face for level in question.levels] == [2, 4, 5]


def test_bad_file_is_refused_with_every_fault_by_key(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(
        'id = "Bad Id"\nversion = 0\nname = "x"\n[[question]]\nid = "q"\ntext = { en = "only" }\ncolour = 1\n'
    )

    with pytest.raises(SurveyInvalid) as refused:
        load_survey(path)

    assert {fault.key for fault in refused.value.faults} == {
        "id", "version", "name", "question[1].colour", "question[1].text", "question[1].level",
    }  # fmt: skip
    assert all(str(fault).startswith("bad.toml: ") for fault in refused.value.faults)


@pytest.mark.parametrize("text", ["id = ", "\xff"], ids=["no TOML", "no UTF-8"])
def test_file_that_cannot_be_read_is_one_fault(tmp_path, text):
    path = tmp_path / "broken.toml"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(SurveyInvalid, match=r"broken.toml: file: is not valid TOML"):
        load_survey(path)


def test_missing_file_is_one_fault(tmp_path: Path):
    with pytest.raises(SurveyInvalid, match="cannot be read: No such file"):
        load_survey(tmp_path / "none.toml")


def test_decomposed_texts_are_stored_composed(tmp_path):
    shipped = (resource("config", "surveys", "sipas-5.toml")).read_text("utf-8")
    import unicodedata

    path = tmp_path / "nfd.toml"
    path.write_text(unicodedata.normalize("NFD", shipped), "utf-8")

    survey = load_survey(path)

    assert survey.questions[0].text == load_survey(resource("config", "surveys", "sipas-5.toml")).questions[0].text
