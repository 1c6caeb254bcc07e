"""The attacker's report: ``python -m tests.attack``, story by story."""

import sys

import pytest

sys.exit(pytest.main(["-q", "-s", "tests/attack", *sys.argv[1:]]))
