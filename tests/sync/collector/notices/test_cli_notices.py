"""``collector notices`` and the addresses of accounts, as IT staff use them."""

import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from sync.collector.notices.outbox import Kind, Notice, Outbox
from sync.collector.settings.notices import Mail, Notices
from sync.collector.store.database import open_database
from tests.sync.collector.builders import HANOI, NOON
from tests.sync.collector.commands.test_cli import run, sentence
from tests.sync.collector.notices.test_mail import Inbox, mail_server


@pytest.fixture
def folder(tmp_path: Path) -> str:
    path = tmp_path / "data"
    assert run("migrate", "--data-dir", str(path)).returncode == 0
    return str(path)


def settings(folder: str, text: str) -> None:
    Path(folder, "collector", "collector.toml").write_text(text, "utf-8")


def test_a_test_mail_arrives_and_is_in_the_audit_log(folder: str) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        settings(folder, f'[notices.mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n')
        ended = run("notices", "test", "--data-dir", folder, "--to", "huong@example.gov.vn")

    assert (ended.returncode, ended.stdout) == (0, "Delivered: mail huong@example.gov.vn\n")
    assert [message["To"] for message in inbox.messages] == ["huong@example.gov.vn"]
    database = open_database(f"sqlite:///{folder}/collector/collector.db")
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT action FROM audit").scalars().all() == ["notices test"]
    database.close()


def test_a_server_that_is_not_there_is_told_in_one_sentence_without_the_password(folder: str) -> None:
    settings(folder, '[notices.mail]\nhost = "127.0.0.1"\nport = 1\nuser = "hailong"\n')

    told = sentence(
        run("notices", "test", "--data-dir", folder, "--to", "a@example.vn",
            HAILONG_COLLECTOR_NOTICES__MAIL__PASSWORD="s3cret-s3cret")
    )  # fmt: skip

    assert told.startswith("the mail server 127.0.0.1 cannot be used: ")
    assert "s3cret" not in told


def test_the_webhook_can_be_tried(folder: str, httpserver: HTTPServer) -> None:
    httpserver.expect_oneshot_request("/hook", method="POST").respond_with_data("")
    settings(folder, f'[notices.webhook]\nurl = "{httpserver.url_for("/hook")}"\n')

    assert run("notices", "test", "--data-dir", folder, "--webhook").stdout == "Delivered: webhook -\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "say what to try"),
        (("--to", "a@example.vn"), "there is no mail in the settings"),
        (("--webhook",), "no webhook"),
    ],
)
def test_what_cannot_be_tried_is_told(folder: str, arguments: tuple[str, ...], words: str) -> None:
    assert words in sentence(run("notices", "test", "--data-dir", folder, *arguments), 2)


def test_deliveries_are_listed_with_what_became_of_them(folder: str) -> None:
    database = open_database(f"sqlite:///{folder}/collector/collector.db")
    with database.writing() as connection:
        told = Notice(Kind.ALERT, "Quầy 1 im lặng", "…", to=("it@example.vn",))
        Outbox(Notices(mail=Mail(host="mail.example.vn")), HANOI).put(connection, told, NOON)
    database.close()

    listed = run("notices", "list", "--data-dir", folder).stdout
    (found,) = json.loads(run("notices", "list", "--data-dir", folder, "--json").stdout)

    assert listed == "1\t20/11/2026 12:00\talert\tmail\tit@example.vn\twaiting\tQuầy 1 im lặng\n"
    assert (found["address"], found["state"], found["tries"]) == ("it@example.vn", "waiting", 0)
    assert run("notices", "list", "--data-dir", folder, "--trouble").stdout == ""


def test_an_account_gets_its_address_with_the_account_or_later(folder: str) -> None:
    make = ("user", "new", "huong", "--role", "viewer", "--data-dir", folder, "--quiet")

    assert run(*make, "--email", "huong@example.gov.vn").returncode == 0
    assert "huong@cuc.gov.vn" in run("user", "email", "huong", "huong@cuc.gov.vn", "--data-dir", folder).stdout
    assert "no mail address" in sentence(run("user", "email", "huong", "huong", "--data-dir", folder), 2)


def test_a_wrong_address_makes_no_account(folder: str) -> None:
    make = ("user", "new", "huong", "--role", "viewer", "--data-dir", folder, "--email", "nowhere")

    assert "no mail address" in sentence(run(*make), 2)
    assert run("user", "list", "--data-dir", folder).stdout == ""


@pytest.mark.parametrize("command", ["list", "test"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    assert "Example: collector notices" in run("notices", command, "--help").stdout


def test_secrets_may_lie_in_a_file(folder: str, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("s3cret\n", "utf-8")
    secret.chmod(0o600)
    settings(folder, f'[notices.mail]\nhost = "127.0.0.1"\nport = 1\nuser = "x"\npassword_file = "{secret}"\n')

    assert "cannot be used" in sentence(run("notices", "test", "--data-dir", folder, "--to", "a@example.vn"))
