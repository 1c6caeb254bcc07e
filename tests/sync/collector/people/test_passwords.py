"""Passwords: where none is stored the answer is no, after as much work as for anybody else."""

import runpy

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError

from sync.collector.people import passwords

TYPED = "quay 3 tieng Viet"


def test_no_password_is_that_of_nobody() -> None:
    assert not passwords.is_password(TYPED, None)


def test_nobodys_is_as_much_work_as_anybodys() -> None:
    assert extract_parameters(passwords._nobodys()) == extract_parameters(passwords.hash_password(TYPED))


def test_nobodys_is_worked_through_and_not_refused_at_sight() -> None:
    with pytest.raises(VerifyMismatchError):
        passwords._hasher.verify(passwords._nobodys(), TYPED)


def test_nothing_is_hashed_when_the_program_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def hash_anything(*_: object) -> str:
        raise AssertionError("a hash takes 64 MB, and a process keeps them")

    monkeypatch.setattr(passwords.PasswordHasher, "hash", hash_anything)

    runpy.run_path(passwords.__file__)
