"""The moment that `provenance.created` names."""

from __future__ import annotations

import datetime as dt
import os


def now() -> str:
    """UTC; SOURCE_DATE_EPOCH, where it is set, makes equal inputs give equal files."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    zone = dt.timezone.utc
    moment = dt.datetime.now(zone) if epoch is None else dt.datetime.fromtimestamp(int(epoch), zone)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
