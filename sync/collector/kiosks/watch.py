"""Watch: tells people once when a kiosk is not well and once when it is again, and counts kiosks for /metrics."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol, TypeVar

from prometheus_client import Gauge
from sqlalchemy import Connection

from kiosk.texts import Texts, texts
from sync.collector.kiosks.commands import forget_excerpts
from sync.collector.kiosks.days import forget_days
from sync.collector.kiosks.faults import ALERTED, Fault
from sync.collector.kiosks.roll import Kiosk, read_roll
from sync.collector.kiosks.words import fault_name, remedy
from sync.collector.notices.outbox import Kind, Notice
from sync.collector.rights import Right
from sync.collector.services import Services

T = TypeVar("T")
KEY = "kiosk:"
AT_ONCE = 50
"""So many incidents share a transaction: an append waits no longer than for these."""

# By state alone: a label for each kiosk would make thousands of series, and /may has the names.
_kiosks = Gauge("hailong_kiosks", "Kiosks by what is wrong with them; one may be counted several times", ["state"])


class Transact(Protocol):
    """Runs work in a transaction and gives back what it returned."""

    def __call__(self, work: Callable[[Connection], T], /) -> T: ...


def watch_fleet(services: Services, transact: Transact) -> None:
    """One look at every kiosk: metrics, alerts and recoveries; what is past its time is let go of."""
    now, config = services.now(), services.config
    with services.database.reading() as connection:
        kiosks = read_roll(connection, "", now, config)
        open_keys = services.outbox.open_keys(connection, KEY)
    _count(kiosks)
    if config.fleet.alerts:
        wrong = {_key(kiosk, fault): (kiosk, fault) for kiosk in kiosks for fault in kiosk.faults if fault in ALERTED}
        by_id = {kiosk.device_id: kiosk for kiosk in kiosks}
        begun = [(key, *wrong[key]) for key in sorted(set(wrong) - open_keys)]
        over = [(key, *_meant(key, by_id)) for key in sorted(open_keys - set(wrong))]
        for group in _groups(begun):
            transact(partial(_tell, services=services, group=group, is_over=False))
        for group in _groups(over):
            transact(partial(_tell, services=services, group=group, is_over=True))
    transact(partial(forget_excerpts, now=now))
    transact(partial(forget_days, today=now.astimezone(config.zone).date()))


Told = tuple[str, Kiosk | None, Fault]


def _key(kiosk: Kiosk, fault: Fault) -> str:
    return f"{KEY}{fault}:{kiosk.device_id}"


def _meant(key: str, by_id: dict[str, Kiosk]) -> tuple[Kiosk | None, Fault]:
    _, fault, device_id = key.split(":", 2)
    return by_id.get(device_id), Fault(fault)


def _groups(told: Sequence[Told]) -> Iterator[Sequence[Told]]:
    for first in range(0, len(told), AT_ONCE):
        yield told[first : first + AT_ONCE]


def _tell(connection: Connection, services: Services, group: Sequence[Told], is_over: bool) -> None:
    t, now = texts("collector", services.config.language), services.now()
    for key, kiosk, fault in group:
        told = _notice(t, services.config.url, kiosk, fault, is_over)
        if is_over:
            services.outbox.close(connection, key, told, now)
        else:
            services.outbox.open(connection, key, told, now)


def _notice(t: Texts, url: str, kiosk: Kiosk | None, fault: Fault, is_over: bool) -> Notice:
    name = fault_name(t, fault)
    place = f"{kiosk.unit_name}, {kiosk.counter_name} ({kiosk.short_id})" if kiosk else "–"
    path, device_id = (kiosk.path, kiosk.device_id) if kiosk else ("", "")
    facts = {"fault": str(fault), "device": device_id, "counter": kiosk.counter if kiosk else "",
             "unit": kiosk.unit if kiosk else ""}  # fmt: skip
    if is_over:
        subject = t("Over: {fault} – {place}", fault=name, place=place)
        body = t("The kiosk at {place} is well again in this.", place=place)
        return Notice(Kind.RECOVERED, subject, body, Right.FLEET, path, facts=facts)
    subject = t("{fault} – {place}", fault=name, place=place)
    body = "\n".join([subject, remedy(t, fault), f"{url}/may/{device_id}"])
    return Notice(Kind.ALERT, subject, body, Right.FLEET, path, facts=facts)


def _count(kiosks: Sequence[Kiosk]) -> None:
    counts = Counter(str(fault) for kiosk in kiosks for fault in kiosk.faults)
    living = [kiosk for kiosk in kiosks if not kiosk.revoked_at]
    counts.update({"well": sum(not kiosk.faults for kiosk in living), "all": len(living)})
    for state in (*map(str, Fault), "well", "all"):
        _kiosks.labels(state).set(counts[state])
