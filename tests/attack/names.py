"""Names: which ratings a number is about, found by telling the same story with other voices.

What a number says it is about is not believed. The story is told once with everybody content, then once for each group
of people who said something together, and these alone are not. Whatever then stands elsewhere than before, in whatever
form, is about them:

* A whole number that moves by as many as there are in each group, or not at all, is the *sum* over these groups. One
  that moves by fewer is about a part of a group, which is halved until it is known who is in it.
* What else moves (percentages, intervals) adds nothing where sums move just when it does. Where it
  moves by itself, its groups are halved, too, and it counts as an equation of its own.
* Words, drawings, ranks, and what comes and goes (a case at a limit, a number kept back) may move only where some sum
  does that was told until then; else they count as equations as well.

So a number needs no name to be seen, and one that is new in a page cannot be forgotten.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from tests.attack.algebra import Leak, Verdict, attack
from tests.attack.forms import DRAWING, Label, numbers_in, shape_of, whole
from tests.attack.harvest import Sheet
from tests.attack.world import Made, Voices, World, a_world, embedded

Look = Callable[[], None]
Story = Callable[[World, Look], None]
"""What happens; it calls for a look whenever a person might look."""
Harvest = Callable[[World], Iterable[Sheet]]
Piece = tuple[int, str, Label]
"""At which look, in which sheet and under which label something stands."""
Key = tuple[Piece, int]
"""One number of a piece, the first is 0; the piece as a whole where its words are others, too."""
WORDS, OTHERS = -1, -2
MARKED = 1
"""What the marked say; all others say 5."""
_LIKE_WORDS = (DRAWING, "Hạng", "Rank", "rank", "high", "KTC 95%, đến", "Vụ việc", "bytes", "Tệp")
"""Labels of pieces that are judged as words: drawings are scaled by their largest part, ranks tell an order, an
interval ends at 100, a case opens at a limit, and how large a file is follows from what is in it; no number of these
is a sum."""
_Moves = Mapping[Piece, tuple[int | None, ...] | None]


@dataclass
class Told:
    """One telling of a story: every sheet that was read, by look and source."""

    sheets: dict[tuple[int, str], Sheet]
    groups: list[tuple[int, ...]]
    people: list[str]
    """Who said what, in words, by number."""


def tell(story: Story, harvest: Harvest, voices: Voices, made: Made = embedded) -> Told:
    """Let the story happen and read everything at each look."""
    sheets: dict[tuple[int, str], Sheet] = {}
    looks = 0

    with a_world(voices, made) as world:

        def look() -> None:
            nonlocal looks
            looks += 1
            sheets.update({(looks, each.source): each for each in harvest(world)})

        story(world, look)
        people = [f"{each.number}: {each.kiosk} at {each.counter}, {each.at:%a %d %b %H:%M}" for each in world.said]
        return Told(sheets, world.groups, people)


@dataclass(frozen=True)
class Equation:
    """A number, and whom it is about."""

    key: Key
    support: Mapping[int, int]
    """How often each rating is in it."""


@dataclass
class Found:
    """What was read, and which ratings each number is about."""

    equations: list[Equation] = field(default_factory=list)
    tellings: int = 0
    numbers: int = 0
    """So many were read in one telling."""
    forms: set[str] = field(default_factory=set)
    people: list[str] = field(default_factory=list)
    _verdict: Verdict | None = None

    @property
    def verdict(self) -> Verdict:
        """What an attacker makes of all of it together: what all roles do not learn, none and no two of them do."""
        if self._verdict is None:
            self._verdict = attack([each.support for each in self.equations])
        return self._verdict

    def leak(self) -> str:
        """What an attacker learns of a few, in words; nothing where there is no leak."""
        leak = self.verdict.leak
        return self._words(leak) if leak else ""

    def sources(self) -> set[str]:
        """The sheets of which a leak is made."""
        leak = self.verdict.leak
        return {self.equations[place].key[0][1] for place, _ in leak.weights} if leak else set()

    def _words(self, leak: Leak) -> str:
        lines = [f"{len(leak.ratings)} ratings are told:"]
        lines += [f"  {self.people[number]}" for number in leak.ratings if isinstance(number, int)]
        for place, weight in leak.weights:
            ((look, source, label), number), support = self.equations[place].key, self.equations[place].support
            at = " / ".join(filter(None, label)) + ("" if number < 0 else f", number {number + 1}")
            lines.append(f"  {weight} times {at}: of {sorted(support)} (look {look}, {source})")
        return "\n".join(lines)


def find_supports(story: Story, harvest: Harvest, made: Made = embedded, mark: int = MARKED) -> Found:
    """Tell the story as often as it takes to know of each number which ratings are in it; the marked say ``mark``."""
    return _Search(story, harvest, made, mark).run()


class _Search:
    """Marks one group at a time, and halves of those that are partly in a number."""

    def __init__(self, story: Story, harvest: Harvest, made: Made, mark: int) -> None:
        self._story, self._harvest, self._made, self._mark = story, harvest, made, mark
        self._content = tell(story, harvest, Voices(), made)
        self._tellings = 1

    def run(self) -> Found:
        """Everything that was read, and the equations it is worth."""
        read, groups = self._content, self._content.groups
        moved = [self._moves(group) for group in groups]
        sums, parts, others = _parted(moved, groups)
        told = {(key[0][0], frozenset(of_groups)) for key, of_groups in sums.items()}
        unknown = parts | {key: held for key, held in others.items() if not _is_explained(key, held, told)}
        found = [Equation(key, _together(of_groups, groups)) for key, of_groups in sums.items()]
        found += self._of_unknown(unknown)
        numbers = sum(len(numbers_in(words)) for sheet in read.sheets.values() for words in sheet.pieces.values())
        forms = {f"{sheet.form} by {sheet.who}" for sheet in read.sheets.values()}
        return Found(found, self._tellings, numbers, forms, read.people)

    def _of_unknown(self, unknown: Mapping[Key, set[int]]) -> list[Equation]:
        """Who is in each number that no sum explains: groups are halved as long as they move it."""
        support: dict[Key, set[int]] = {key: set() for key in unknown}
        for place, group in enumerate(self._content.groups):
            self._halve(group, {key for key, held in unknown.items() if place in held}, support)
        return [Equation(key, dict.fromkeys(held, 1)) for key, held in support.items() if held]

    def _halve(self, group: Sequence[int], keys: set[Key], support: dict[Key, set[int]]) -> None:
        if len(group) == 1:
            for key in keys:
                support[key].update(group)
            return
        half = len(group) // 2
        for part in (group[:half], group[half:]) if keys else ():
            moves = self._moves(part)
            in_it = {key for key in keys if _how_far(moves, key) != 0}
            wholly = {key for key in in_it if abs(_how_far(moves, key) or 0) == len(part)}
            for key in wholly:
                support[key].update(part)
            self._halve(part, in_it - wholly, support)

    def _moves(self, group: Sequence[int]) -> _Moves:
        """What stands elsewhere when these alone are not content."""
        self._tellings += 1
        told = tell(self._story, self._harvest, Voices(dict.fromkeys(group, self._mark)), self._made)
        found: dict[Piece, tuple[int | None, ...] | None] = {}
        for place in self._content.sheets.keys() | told.sheets.keys():
            one, other = (
                sheets[place].pieces if place in sheets else {} for sheets in (self._content.sheets, told.sheets)
            )
            # A form that is the same in both tellings was read once.
            if one is not other:
                differ = [label for label in one.keys() | other.keys() if one.get(label) != other.get(label)]
                found.update({(*place, label): _moved(one.get(label), other.get(label)) for label in differ})
        return found


def _moved(one: str | None, other: str | None) -> tuple[int | None, ...] | None:
    """How far each number of a piece moved, None for one that is not whole; None where other words stand there."""
    if one is None or other is None or shape_of(one) != shape_of(other):
        return None
    pairs = [(whole(before), whole(after)) for before, after in zip_longest(numbers_in(one), numbers_in(other))]
    same = [before == after for before, after in zip_longest(numbers_in(one), numbers_in(other))]
    return tuple(
        0 if is_same else None if None in pair else pair[1] - pair[0]  # type: ignore[operator]
        for is_same, pair in zip(same, pairs, strict=True)
    )


def _how_far(moves: _Moves, key: Key) -> int | None:
    """How far a number moved: 0 is not at all, None in another way than by whole ones."""
    piece, number = key
    if piece not in moves:
        return 0
    moved = moves[piece]
    return moved[number] if moved is not None and number >= 0 else None


def _parted(
    moved: Sequence[_Moves], groups: Sequence[Sequence[int]]
) -> tuple[dict[Key, dict[int, int]], dict[Key, set[int]], dict[Key, set[int]]]:
    """The sums, with the groups in each and the direction; those of parts of groups; and what else moves."""
    sums: dict[Key, dict[int, int]] = {}
    parts: dict[Key, set[int]] = {}
    others: dict[Key, set[int]] = {}
    for piece in {piece for moves in moved for piece in moves}:
        by_group = {place: moves[piece] for place, moves in enumerate(moved) if piece in moves}
        is_like_words = any(part.startswith(_LIKE_WORDS) for part in piece[2])
        if is_like_words or any(numbers is None for numbers in by_group.values()):
            others[(piece, WORDS)] = set(by_group)
            continue
        for number in range(len(next(iter(by_group.values())) or ())):
            far = {place: numbers[number] for place, numbers in by_group.items() if numbers and numbers[number] != 0}
            if _is_sum(far, groups):
                sums[(piece, number)] = {place: 1 if (one or 0) > 0 else -1 for place, one in far.items()}
            elif far and _is_of_parts(far, groups):
                parts[(piece, number)] = set(far)
            elif far:
                # All of a piece together: of an interval that ends at 100 only the other end moves.
                others.setdefault((piece, OTHERS), set()).update(far)
    return sums, parts, others


def _is_sum(far: Mapping[int, int | None], groups: Sequence[Sequence[int]]) -> bool:
    return bool(far) and all(one is not None and abs(one) == len(groups[place]) for place, one in far.items())


def _is_of_parts(far: Mapping[int, int | None], groups: Sequence[Sequence[int]]) -> bool:
    is_less = any(one is not None and abs(one) < len(groups[place]) for place, one in far.items())
    return is_less and None not in far.values()


def _is_explained(key: Key, held: set[int], told: Iterable[tuple[int, frozenset[int]]]) -> bool:
    """Whether sums that are told by then move when this does: for numbers just then, for words then as well."""
    (look, _, _), number = key
    fit = [groups for at, groups in told if at <= look and (number == WORDS or groups <= held)]
    return held <= frozenset[int]().union(*fit)


def _together(of_groups: Mapping[int, int], groups: Sequence[Sequence[int]]) -> dict[int, int]:
    return {rating: sign for place, sign in of_groups.items() for rating in groups[place]}
