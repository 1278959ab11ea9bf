from __future__ import annotations

import datetime as dt

from truecopy.contract.created import now


def test_the_moment_is_utc_to_the_second(monkeypatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    zone = dt.timezone.utc
    before = dt.datetime.now(zone).replace(microsecond=0)
    made = dt.datetime.strptime(now(), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=zone)
    assert before <= made <= dt.datetime.now(zone)


def test_the_moment_can_be_given_so_that_equal_inputs_give_equal_files(monkeypatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert now() == "1970-01-01T00:00:00Z"
