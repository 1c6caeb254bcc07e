"""Door plants: faults of bundles, live papers, receipts and the public log, each of which must be found there."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.receipt import digest_of
from sync.collector.closed import resting
from sync.collector.export import forms
from sync.collector.export.paper import paper_html, pdf_of
from sync.collector.store.schema import counter, rating, receipt
from sync.collector.transparency.leaves import due
from sync.collector.transparency.leaves.due import Due
from sync.collector.transparency.leaves.index import LeafSource
from sync.collector.web.figures import files_page
from sync.collector.web.people import receipt_page
from sync.protocol.tlog.leaf import KEY, key_leaf
from tests.attack import harvest
from tests.attack.doors import bundles, public
from tests.attack.harvest import Sheet
from tests.attack.months.pool_stories import BUSY, CLOSED, LAST, until
from tests.attack.names import Look
from tests.attack.plants_of_forms import FormPlant, _satisfied
from tests.attack.world import SILENT, World


def _block(look: Any, rows: list[Any], reasons: Any) -> Any:
    """A basis that tells the levels of tails."""
    told = _BLOCK(look, rows, reasons)
    return told if not told.is_tail else _with_levels(told, rows)


def _with_levels(told: Any, rows: list[Any]) -> Any:
    fields = {name: getattr(told, name) for name in told.__struct_fields__}
    return type(told)(**fields | {"levels": resting._add([resting._levels(row) for row in rows])})


def _by_entries(basis: Any, _numbers: Any, **_: bool) -> Any:
    """A bundle that says which entries a block ends with and is stated by."""
    return basis


def _book_of_now(services: Any, reader: Any, query: Any) -> Any:
    """How many are satisfied by now, whatever block holds them, beside a book."""
    with services.database.reading() as connection:
        return replace(_READ_BOOK(services, reader, query), joined=(_satisfied(connection),))


def _paper_of_now(book: Any, p: Any) -> bytes:
    """A paper that prints it."""
    told = f"<p>Đến lúc này: {book.joined[0]} hài lòng.</p></body>"
    return pdf_of(paper_html(replace(book, joined=()), p).replace("</body>", told), book.made_at)


def _said_of(connection: Any, code: str) -> Any:
    wanted = select(rating.c.level, counter.c.code).join_from(rating, receipt, _SAME).join(counter, _THERE)
    return connection.execute(wanted.where(receipt.c.digest == bytes.fromhex(digest_of(code)))).one()


def _with_level(connection: Any, code: str, published: Any) -> Any:
    """A receipt that tells the content from the others."""
    found = _FIND_RECEIPT(connection, code, published)
    return found and found._replace(standing=found.standing if _said_of(connection, code).level > 1 else Standing.TEST)


def _with_counter(connection: Any, code: str, published: Any) -> Any:
    """A receipt that tells one counter from the others."""
    found = _FIND_RECEIPT(connection, code, published)
    at_first = found and _said_of(connection, code).code == "Q1"
    return found and found._replace(standing=Standing.TEST if at_first else found.standing)


def _with_complaints(connection: Any, wanted: Any) -> Iterator[Due]:
    """A log with one more leaf for each complaint."""
    yield from _KEYS(connection, wanted)
    for row in connection.execute(select(rating.c.journal_id, rating.c.seq).where(rating.c.level == 1)):
        subject = f"{row.journal_id}/{row.seq}"
        if subject not in due._subjects(connection, wanted.epoch, KEY):
            leaf = key_leaf(wanted.day, str(row.journal_id), str(row.seq))
            yield Due(leaf.raw, LeafSource(wanted.day, KEY, subject=subject))


def _a_few_left(world: World, look: Look) -> None:
    """A month with a block and one left is closed."""
    until(world, BUSY, 8)
    world.press("b", 5)
    until(world, LAST, 8)
    world.press("b", 1)
    until(world, CLOSED, 8)
    world.centre.close_months(files=False)
    look()


def _logged_day(world: World, look: Look) -> None:
    """Four people at a counter, of whom one keeps the receipt; the log is published the day after."""
    world.press("a", 4)
    until(world, 1, 8)
    world.centre.keep_log()
    look()


def _four(world: World, look: Look) -> None:
    """Four people in a morning that is over."""
    world.press("a", 4)
    world.until(0, 13)
    look()


def _paper(world: World) -> Iterator[Sheet]:
    yield harvest.read(world, f"/xuat/pdf/XA/Q1?ky={world.now:%Y-%m}", "huong", "pdf")


def _for_anybody(world: World) -> Iterator[Sheet]:
    yield from public.log(world)
    yield from public.receipts(world, (2,))


_BLOCK, _READ_BOOK = resting._Look._block, files_page.read_book
_FIND_RECEIPT, _KEYS = receipt_page.find_receipt, due._keys
_SAME = (rating.c.journal_id == receipt.c.journal_id) & (rating.c.seq == receipt.c.seq)
_THERE = counter.c.counter_id == rating.c.counter_id
_RECEIPTS = "sync.collector.web.people.receipt_page.find_receipt"
TELLS_COUNTER = {_RECEIPTS: _with_counter}
DOOR_PLANTS = (
    FormPlant("a bundle that names a tail", {"sync.collector.closed.resting._Look._block": _block}, ("zip",),
              _a_few_left, bundles.bundles),
    FormPlant("a bundle that names entries", {"sync.collector.kit.bundle.numbered": _by_entries}, ("zip",),
              _a_few_left, bundles.bundles, SILENT),
    FormPlant("a paper with a block of four",
              {"sync.collector.web.figures.files_page.read_book": _book_of_now,
               "sync.collector.export.forms.FORMS": {**forms.FORMS, "pdf": (_paper_of_now, "application/pdf")}},
              ("pdf",), _four, _paper),
    FormPlant("a receipt that tells a level", {_RECEIPTS: _with_level}, ("receipt",), _logged_day, _for_anybody),
    FormPlant("a log with a leaf for each complaint",
              {"sync.collector.transparency.leaves.due._keys": _with_complaints}, ("log",), _logged_day, _for_anybody),
)  # fmt: skip
