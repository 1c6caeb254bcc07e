"""Stories: who names which tampering, in which words and after how many hours, each in a copy of one honest town."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.journey.tampering import acts
from tests.journey.tampering.places import Country
from tests.journey.tampering.told import IN_ORDER, LOG, VERIFY, WITNESS, Word
from tests.journey.tampering.town import Kept, Town, living

DAY = 24
"""Hours within which each is named."""
NIGHT = 15
"""To one o'clock, when the log has stood still for an hour."""
KIOSK = "kiosk"


@dataclass(frozen=True)
class Story:
    """What is done, and who must name it, by what programs are told."""

    title: str
    act: Callable[[Town], None]
    named_by: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Seen:
    """What came of it."""

    title: str
    words: list[Word]
    named_by: tuple[tuple[str, str], ...]

    def missing(self) -> list[tuple[str, str]]:
        """Who said nothing, or nothing like that."""
        said = [(word.who, word.code) for word in self.words if word.hours <= DAY]
        return [(who, code) for who, code in self.named_by if not any(w.startswith(who) and code in c for w, c in said)]


TAMPERED = (
    Story("a rating is changed", acts.change_a_rating, ((VERIFY, "rating_changed"),)),
    Story("a tally is changed", acts.change_a_tally, ((VERIFY, "tally_wrong"),)),
    Story("what is shown is changed", acts.change_what_is_shown, ((VERIFY, "shown_wrong"),)),
    Story("a delivery's lines are changed", acts.change_lines, ((VERIFY, "lines_changed"),)),
    Story("a delivery is deleted", acts.delete_lines, ((VERIFY, "segment_missing"),)),
    Story("ratings are added that no kiosk signed", acts.add_ratings, ((VERIFY, "signature_lost"), (KIOSK, "leaf"))),
    Story("a closed report is rewritten", acts.rewrite_a_report, ((VERIFY, "log_report"),)),
    Story("the whole past is rewritten, with the collector's keys", acts.rewrite_the_past,
          ((KIOSK, "consistency"), (WITNESS, "422"), (VERIFY, "signature_wrong"))),
)  # fmt: skip


RESTORED = (
    Story("the collector is restored from a backup, and a mirror has its log", acts.rebuild,
          ((LOG, "behind"), (KIOSK, IN_ORDER))),
    Story("the collector is restored, and nobody has its log any more", acts.begin_another_log,
          ((LOG, "behind"), (KIOSK, "restarted"), (KIOSK, IN_ORDER))),
)  # fmt: skip
"""Nobody tampered: the log stands still and says why, a person does what the manual says, and nobody is accused."""


def tampered(country: Country, kept: Kept) -> Iterator[Seen]:
    """Each story by itself, and what was said of it within a day."""
    for story in TAMPERED:
        with living(country.copied(kept)) as town:
            story.act(town)
            town.live(DAY)
            yield Seen(story.title, list(town.told.words), story.named_by)


def restored(country: Country, kept: Kept, backup: Kept) -> Iterator[Seen]:
    """The same of a collector that is older than what was signed: a night, a person's work, and the rest of the day."""
    for story in RESTORED:
        with living(country.restored(kept, backup)) as town:
            town.live(NIGHT)
            story.act(town)
            town.live(DAY - NIGHT)
            town.told.ask_kiosks()
            yield Seen(story.title, list(town.told.words), story.named_by)
