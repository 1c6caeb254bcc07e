"""Store: the office's own surveys; a draft may change, a published one never does, for ratings name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from kiosk.domain.fault import Fault
from kiosk.domain.visit.survey import Survey, SurveyInvalid, read_survey
from sync.collector.errors import ChangedMeanwhile, UsageWrong
from sync.collector.fleet.surveys.writing import as_draft, scale_faults, survey_toml, unwritten
from sync.collector.people.audit import note
from sync.collector.store.schema import micros, rollout, survey_text, unit

SURVEY_BYTES_MAX = 24 * 1024
"""A kiosk takes its settings in one message of 64 KiB."""


@dataclass(frozen=True, slots=True)
class OwnSurvey:
    """One survey of the office."""

    survey: Survey
    changed_at: datetime
    changed_by: str
    published_at: datetime | None

    @property
    def version(self) -> str:
        """What of it changes each time that it is saved or published."""
        return _version(self.changed_at, self.published_at)

    @property
    def is_draft(self) -> bool:
        """Whether the survey may still change."""
        return self.published_at is None


def read_own(connection: Connection) -> list[OwnSurvey]:
    """Every survey of the office, by name, the newest version first."""
    rows = connection.execute(select(survey_text)).all()
    found = [
        OwnSurvey(read_survey(row.text, row.ref), row.changed_at, row.changed_by, row.published_at) for row in rows
    ]
    return sorted(found, key=lambda own: (own.survey.id, -own.survey.version))


def find_own(connection: Connection, ref: str) -> OwnSurvey:
    """One survey of the office.

    Raises UsageWrong.
    """
    for own in read_own(connection):
        if own.survey.ref == ref:
            return own
    raise UsageWrong("there is no survey {ref} of your own", ref=ref)


def begin_draft(
    connection: Connection, base: Survey, survey_id: str, shipped: Mapping[str, Survey], actor: str, now: datetime
) -> Survey:
    """A new draft with the words of ``base``: of a new survey, or the next version of one of the office's own.

    Raises UsageWrong when the name is that of a shipped survey, and SurveyInvalid when it is none.
    """
    if any(known.id == survey_id for known in shipped.values()):
        raise UsageWrong("{id} is the name of a shipped survey; choose another", id=survey_id)
    own = [each for each in read_own(connection) if each.survey.id == survey_id]
    if any(each.is_draft for each in own):
        raise UsageWrong("there is a draft of {id} already; publish or delete it first", id=survey_id)
    version = 1 + max((each.survey.version for each in own), default=0)
    draft = as_draft(base, survey_id, version)
    # Through the reader: a name that no survey can have is told in its words.
    read_survey(survey_toml(draft), survey_id)
    row = {"ref": draft.ref, "text": survey_toml(draft), "changed_at": now, "changed_by": actor, "published_at": None}
    connection.execute(insert(survey_text).values(row))
    note(connection, now, actor, "survey.draft", draft.ref, {"from": base.ref})
    return draft


def save_draft(connection: Connection, ref: str, text: str, actor: str, now: datetime) -> Survey:
    """Keep what was written in place of the draft's words.

    Raises UsageWrong when it is published already, and SurveyInvalid with every fault.
    """
    _require_draft(connection, ref)
    survey = read_survey(text, ref)
    if survey.ref != ref or len(text.encode()) > SURVEY_BYTES_MAX:
        raise SurveyInvalid((Fault(ref, "file", "is longer than a kiosk takes", {}),))
    values = {"text": text, "changed_at": now, "changed_by": actor}
    connection.execute(update(survey_text).where(survey_text.c.ref == ref).values(values))
    return survey


def require_seen(connection: Connection, ref: str, seen: str | None) -> None:
    """Lock the draft; raise ChangedMeanwhile where it is no longer the version that the writer's page showed."""
    mine = select(survey_text.c.changed_at, survey_text.c.published_at).where(survey_text.c.ref == ref)
    row = connection.execute(mine.with_for_update()).one_or_none()
    if seen is not None and row is not None and seen != _version(row.changed_at, row.published_at):
        raise ChangedMeanwhile(
            "Somebody else changed this draft while your page was open, so nothing of yours was kept yet."
        )


def publish(connection: Connection, ref: str, actor: str, now: datetime) -> None:
    """Let kiosks have it; from now on it never changes.

    Raises SurveyInvalid when a text is still to be written, or a scale is not what it was in an older version.
    """
    draft = _require_draft(connection, ref)
    older = [own.survey for own in read_own(connection) if own.survey.id == draft.survey.id and not own.is_draft]
    faults = unwritten(draft.survey)
    faults += [fault for before in older for fault in scale_faults(draft.survey, before)]
    if faults:
        raise SurveyInvalid(tuple(Fault(ref, "question", message, values) for message, values in faults))
    connection.execute(update(survey_text).where(survey_text.c.ref == ref).values(published_at=now, changed_by=actor))
    note(connection, now, actor, "survey.publish", ref, {})


def delete_draft(connection: Connection, ref: str, actor: str, now: datetime) -> None:
    """Throw a draft away."""
    _require_draft(connection, ref)
    connection.execute(delete(survey_text).where(survey_text.c.ref == ref))
    note(connection, now, actor, "survey.delete", ref, {})


def used_in(connection: Connection, ref: str, path: str = "") -> int:
    """How many changes of settings for the subtree at ``path`` name it."""
    wanted = select(rollout.c.change)
    if path:
        wanted = wanted.join(unit).where(unit.c.path.startswith(path, autoescape=True))
    rows = connection.execute(wanted).scalars()
    return sum(1 for change in rows if change.get("survey") == ref)


def _version(changed_at: datetime, published_at: datetime | None) -> str:
    return f"{micros(changed_at)}{'p' if published_at else ''}"


def _require_draft(connection: Connection, ref: str) -> OwnSurvey:
    own = find_own(connection, ref)
    if not own.is_draft:
        raise UsageWrong("{ref} is published and never changes again; begin a new version", ref=ref)
    return own
