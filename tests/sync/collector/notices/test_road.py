"""The whole road of a notice: from the transaction it tells of, by the collector's own chore, into a real mailbox."""

from functools import partial

from sync.collector.chores.every import chores_of, transact
from sync.collector.notices.outbox import Kind, Notice
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig, MailedReport, Reports
from sync.collector.settings.notices import Mail, Notices
from sync.collector.store.database import Database
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.notices.test_mail import Inbox, mail_server


def test_a_notice_and_a_report_reach_the_mailbox_once(database: Database, office: Office) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        mail = Mail(host="127.0.0.1", port=port, security="none", sender="hailong@example.gov.vn")
        reports = Reports(mail=(MailedReport(("lanhdao@example.gov.vn",), "XA", "day", "csv"),))
        config = CollectorConfig(notices=Notices(to=("it@example.gov.vn",), mail=mail), reports=reports)
        services = make_services(config, database, lambda: NOON)
        chores = {chore.name: chore.run for chore in chores_of(services)}
        told = Notice(Kind.ALERT, "Quầy 1 im lặng", "Từ 09:10.")
        transact(services, partial(services.outbox.put, message=told, now=NOON))

        for name in ("mail reports", "send notices", "mail reports", "send notices"):
            chores[name]()
        services.writer.close()

    came = {message["To"]: message for message in inbox.messages}
    assert len(inbox.messages) == 2
    assert came["it@example.gov.vn"]["Subject"] == "[hailong] Quầy 1 im lặng"
    (file,) = came["lanhdao@example.gov.vn"].iter_attachments()
    assert file.get_filename() == "hailong-XA-2026-11-19.csv"
