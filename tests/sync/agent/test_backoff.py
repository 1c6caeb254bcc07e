from hypothesis import given
from hypothesis import strategies as st

from sync.agent import backoff

chance = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10**9), chance)
def test_wait_after_failures_is_from_5_seconds_to_15_minutes(failures, chance):
    assert 5 <= backoff.wait_after_failures(failures, chance) <= 15 * 60


@given(st.integers(1, 30), chance)
def test_wait_never_shrinks_with_further_failures(failures, chance):
    assert backoff.wait_after_failures(failures, chance) <= backoff.wait_after_failures(failures + 1, chance)


def test_ceiling_doubles_from_10_seconds_to_15_minutes():
    almost = 1 - 2**-53

    assert [round(backoff.wait_after_failures(n, almost)) for n in range(1, 9)] == [10, 20, 40, 80, 160, 320, 640, 900]


def test_kiosks_that_fail_together_come_back_spread():
    waits = [backoff.wait_after_failures(8, n / 1000) for n in range(1000)]

    assert max(sum(second <= wait < second + 60 for wait in waits) for second in range(900)) < 80


@given(st.floats(-1e9, 1e9), chance)
def test_retry_after_is_kept_between_a_second_and_an_hour(asked, chance):
    assert 1 <= backoff.wait_as_asked(asked, chance) <= 3600


@given(st.floats(1, 3600), chance)
def test_retry_after_is_never_undercut(asked, chance):
    assert backoff.wait_as_asked(asked, chance) >= asked


@given(chance)
def test_other_waits_keep_their_bounds(chance):
    assert 900 <= backoff.wait_for_people(chance) <= 3600
    assert 0 <= backoff.wait_at_start(chance) <= 60
    assert 45 <= backoff.wait_between(60, chance) <= 57
