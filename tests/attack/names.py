"""Names: which ratings a harvested number is about, found by telling the same story with other voices.

What a number says it is about is not believed. The story is told once with everybody content, then once for each group
of people who said something together, and these alone are not: by how much a number moves, so many of them are in it.
A group that is partly in a number is halved until it is not.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.attack.algebra import Leak, Verdict, attack
from tests.attack.harvest import Name, Opinion
from tests.attack.world import Voices, World, a_world

Look = Callable[[], None]
Story = Callable[[World, Look], None]
"""What happens; it calls for a look whenever a person might look."""
Harvest = Callable[[World], list[Opinion]]
Key = tuple[int, str, Name]
"""At which look, where, and under which name a number was read."""
_MARKED, _OTHERS = (1, "Waiting time"), (5, "Staff attitude")
"""What the marked say and what the others say."""


@dataclass
class Told:
    """One telling of a story: every number that was read."""

    values: dict[Key, int]
    groups: list[tuple[int, ...]]
    people: list[str]
    """Who said what, in words, by number."""


def tell(story: Story, harvest: Harvest, voices: Voices) -> Told:
    """Let the story happen and read all numbers at each look."""
    values: dict[Key, int] = {}
    looks = 0

    with a_world(voices) as world:

        def look() -> None:
            nonlocal looks
            looks += 1
            values.update({(looks, each.source, each.name): each.value for each in harvest(world)})

        story(world, look)
        people = [f"{each.number}: {each.kiosk} at {each.counter}, {each.at:%a %d %b %H:%M}" for each in world.said]
        return Told(values, world.groups, people)


@dataclass
class Found:
    """Which ratings each number is about."""

    supports: dict[Key, set[int]] = field(default_factory=dict)
    tellings: int = 0
    people: list[str] = field(default_factory=list)

    def verdicts(self) -> dict[str, Verdict]:
        """What an attacker makes of all sums of levels, and of those of each reason."""
        return {kind: attack([dict.fromkeys(one, 1) for _, one in rows]) for kind, rows in self._by_kind().items()}

    def leaks(self) -> list[str]:
        """What an attacker learns of a few, in words."""
        rows = self._by_kind()
        return [self._words(rows[kind], each.leak) for kind, each in self.verdicts().items() if each.leak]

    def _by_kind(self) -> dict[str, list[tuple[Key, set[int]]]]:
        found: dict[str, list[tuple[Key, set[int]]]] = {}
        for key, support in self.supports.items():
            found.setdefault(key[2].kind, []).append((key, support))
        return found

    def _words(self, rows: Sequence[tuple[Key, set[int]]], leak: Leak) -> str:
        lines = [f"{len(leak.ratings)} ratings are told:"]
        lines += [f"  {self.people[number]}" for number in leak.ratings if isinstance(number, int)]
        for place, weight in leak.weights:
            (look, source, name), support = rows[place]
            days = name.first if name.first == name.last else f"{name.first}..{name.last}"
            about = f"{name.where}, {days}, {name.standing}: {name.said} of {len(support)}"
            lines.append(f"  {weight} times {about} (look {look}, {source})")
        return "\n".join(lines)


def find_supports(story: Story, harvest: Harvest) -> Found:
    """Tell the story as often as it takes to know of each number which ratings are in it."""
    return _Search(story, harvest).run()


class _Search:
    """Marks one group at a time, and halves of those that are partly in a number."""

    def __init__(self, story: Story, harvest: Harvest) -> None:
        self._story, self._harvest = story, harvest
        self._content = self._tell({})
        self._found = Found(tellings=1, people=self._content.people)

    def run(self) -> Found:
        """All supports."""
        keys = [key for key in self._content.values if _moves(key[2])]
        self._found.supports = {key: set() for key in keys}
        for group in self._content.groups:
            self._within(group, keys)
        return self._found

    def _within(self, group: Sequence[int], keys: Iterable[Key]) -> None:
        told = self._tell(dict.fromkeys(group, _MARKED[0]))
        self._found.tellings += 1
        partly = []
        for key in [each for each in keys if each in self._found.supports]:
            if key not in told.values:
                # Kept back for what was said; what all say together is told, and stands under another name.
                self._found.supports.pop(key, None)
                continue
            moved = abs(told.values[key] - self._content.values[key])
            # What one person moves at all, that person is in.
            if moved == len(group) or (moved and len(group) == 1):
                self._found.supports[key].update(group)
            elif moved:
                partly.append(key)
        half = len(group) // 2
        for part in (group[:half], group[half:]) if partly else ():
            self._within(part, partly)

    def _tell(self, marks: dict[int, int]) -> Told:
        return tell(self._story, self._harvest, Voices(marks))


def _moves(name: Name) -> bool:
    """Whether a number moves when one of its ratings is marked."""
    return (_MARKED[0] in name.said) != (_OTHERS[0] in name.said) or name.said[0] in (_MARKED[1], _OTHERS[1])
