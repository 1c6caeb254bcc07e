"""Survey file: a survey as it lies on the disk, read for the pure rules that know what one is."""

from pathlib import Path

from kiosk.base.handed_in import read_handed_in
from kiosk.domain.fault import Fault
from kiosk.domain.visit.survey import Survey, SurveyInvalid, read_survey


def load_survey(path: Path) -> Survey:
    """The survey in a TOML file.

    Raises SurveyInvalid with every fault by file, key and reason.
    """
    try:
        text = read_handed_in(path)
    except OSError as error:
        raise SurveyInvalid((Fault(path.name, "file", "cannot be read: {why}", {"why": error.strerror}),)) from error
    except UnicodeDecodeError as error:
        fault = Fault(path.name, "file", "is not valid TOML in UTF-8: {why}", {"why": error})
        raise SurveyInvalid((fault,)) from error
    return read_survey(text, path.name)
