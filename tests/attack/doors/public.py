"""Public: what anybody reads without an account: the public log's files, and how a receipt's rating counts.

A journal's leaf is two salted hashes of an entry's number and more, so nobody reads how far a journal came in a day;
what is left is how many leaves of which kind a day has. They are counted here, and hashes left out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.leaf import REPORT, Leaf
from sync.protocol.tlog.note import Note
from sync.protocol.tlog.tiles import Tile, read_bundle, tiles_of
from tests.attack.centre import STRANGER
from tests.attack.doors.codes import code_of
from tests.attack.forms import Label, read_form
from tests.attack.harvest import Sheet
from tests.attack.world import World


def log(world: World) -> Iterator[Sheet]:
    """Checkpoint, keys and every tile; what their hashes leave is how many there are."""
    size = Checkpoint.parse(Note.parse(_body(world, "checkpoint").decode()).text).size
    keys = read_form("json", _body(world, "keys"))
    told: dict[Label, str] = {("checkpoint",): str(size)}
    told |= {("keys", *label): "…" for label in keys}
    told |= {(tile.path,): str(len(_body(world, tile.path))) for tile in tiles_of(size)}
    bundles = [Tile(-1, tile.index, tile.width) for tile in tiles_of(size) if tile.level == 0]
    leaves = [leaf for bundle in bundles for leaf in read_bundle(_body(world, bundle.path), bundle.width)]
    told |= {label: str(n) for label, n in _counted(leaves).items()}
    yield Sheet(STRANGER, "log", "/log", told)


def _counted(leaves: Iterable[bytes]) -> Counter[Label]:
    found: Counter[Label] = Counter()
    for leaf in map(Leaf.parse, leaves):
        # Of a report it says the month and the number, of anything else hashes alone.
        found["leaves", leaf.day.isoformat(), leaf.kind, *(leaf.fields[:2] if leaf.kind == REPORT else ())] += 1
    return found


def receipts(world: World, numbers: Iterable[int]) -> Iterator[Sheet]:
    """What whoever has the codes of these ratings is told of each."""
    for number in numbers:
        yield Sheet(STRANGER, "receipt", f"/bien-nhan of {number}", read_form("html", receipt(world, number)))


def receipt(world: World, number: int) -> bytes:
    """The page for whoever has this rating's code."""
    answer = world.centre.doors[STRANGER].post("/bien-nhan", data={"ma": code_of(number)})
    assert answer.status_code == 200, answer.text[:300]
    return answer.content


def _body(world: World, name: str) -> bytes:
    body: bytes = world.centre.read(f"/log/{name}", STRANGER).content
    return body
