"""Incident store: what was the matter at the last look, kept so that any collector goes on where another stopped."""

from sqlalchemy import Connection, delete, select

from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.fleet.kiosks.incidents import NOTHING, Incident, OpenTroubles, Trouble
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import incident, kiosk_incident, kiosk_trouble, micros

KEY = "kiosk:"
TURN = "kiosks"
"""Whoever holds this line looks; no incident is called so."""


def take_turn(connection: Connection) -> None:
    """Wait until no other collector looks; the transaction's end gives the turn away."""
    then = "ON CONFLICT (incident) DO NOTHING"
    insert_rows(connection, incident, {}, ("incident", "opened_at", "recovered_at"), [(TURN, 0, 0)], then=then)
    connection.execute(select(incident).where(incident.c.incident == TURN).with_for_update()).one()


def read_states(connection: Connection, audience: str | None = None) -> dict[tuple[str, Fault], OpenTroubles]:
    """What was the matter, by the code of whose people are told and by fault; of one audience, or of all."""
    troubles: dict[tuple[str, Fault], dict[str, Trouble]] = {}
    incidents: dict[tuple[str, Fault], dict[str, Incident]] = {}
    of_troubles, of_incidents = select(kiosk_trouble), select(kiosk_incident)
    if audience is not None:
        of_troubles = of_troubles.where(kiosk_trouble.c.audience == audience)
        of_incidents = of_incidents.where(kiosk_incident.c.audience == audience)
    for row in connection.execute(of_troubles):
        one = Trouble(row.device_id, row.since, row.incident and _name(row.incident), row.well_at)
        troubles.setdefault((row.audience, Fault(row.fault)), {})[row.device_id] = one
    for row in connection.execute(of_incidents):
        found = Incident(_name(row.incident), row.scope, row.grown_at, row.told_n, row.growths)
        incidents.setdefault((row.audience, Fault(row.fault)), {})[found.name] = found
    return {
        key: OpenTroubles(troubles.get(key, {}), incidents.get(key, {})) for key in troubles.keys() | incidents.keys()
    }


def key_of(audience: str, fault: Fault, name: str) -> str:
    """An incident's key among all that people are told of."""
    return f"{KEY}{fault}:{audience}:{name}"


def write_state(
    connection: Connection, audience: str, fault: Fault, before: OpenTroubles | None, after: OpenTroubles
) -> None:
    """Keep what changed."""
    was, same = before or NOTHING, {"audience": audience, "fault": str(fault)}
    gone = [one for one in was.troubles if was.troubles[one] != after.troubles.get(one)]
    mine = (kiosk_trouble.c.audience == audience) & (kiosk_trouble.c.fault == str(fault))
    for first in range(0, len(gone), 500):
        connection.execute(delete(kiosk_trouble).where(mine, kiosk_trouble.c.device_id.in_(gone[first : first + 500])))
    rows = [
        (str(one.device_id), micros(one.since), one.incident and key_of(audience, fault, one.incident),
         one.well_at and micros(one.well_at))
        for one in after.troubles.values() if one != was.troubles.get(one.device_id)
    ]  # fmt: skip
    insert_rows(connection, kiosk_trouble, same, ("device_id", "since", "incident", "well_at"), rows)
    old = [key_of(audience, fault, name) for name in was.incidents if was.incidents[name] != after.incidents.get(name)]
    connection.execute(delete(kiosk_incident).where(kiosk_incident.c.incident.in_(old)))
    new = [
        (key_of(audience, fault, one.name), one.scope, micros(one.grown_at), one.told_n, one.growths)
        for one in after.incidents.values()
        if one != was.incidents.get(one.name)
    ]
    insert_rows(connection, kiosk_incident, same, ("incident", "scope", "grown_at", "told_n", "growths"), new)


def _name(key: str) -> str:
    """The name within its audience and fault: ``kiosk:silent:20:unit:20.03`` to ``unit:20.03``."""
    return key.split(":", 3)[3]
