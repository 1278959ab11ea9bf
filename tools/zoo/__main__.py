"""`make zoo`: every architecture of the lineup exported and checked, each in a process of its own; then docs/zoo.md.

About an hour of two cores. An interrupted run goes on where it stopped: what stands in build/zoo is not done again.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict

from tools.zoo.isolated import Limits, measure_apart
from tools.zoo.lineup import Entry, lineup
from tools.zoo.outcome import Outcome
from tools.zoo.page import BUILD, LINEUP, RESULTS, read_results, write_page

WANTED = 0.95


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], help="names of architectures or families, done anew")
    parser.add_argument("--retry-failed", action="store_true", help="those that failed before, too")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--threads", type=int, default=1, help="of each")
    parser.add_argument("--seconds", type=int, default=1800, help="for one architecture")
    parser.add_argument("--gibibytes", type=int, default=18, help="of memory for one architecture")
    arguments = parser.parse_args()
    entries = lineup(LINEUP)
    todo = _todo(entries, read_results(), arguments.only, retry=arguments.retry_failed)
    print(f"{len(entries)} in the lineup, {len(todo)} to do", flush=True)
    _run(todo, arguments)
    results = read_results()
    write_page(entries, results)
    wanted = [entry for entry in entries if entry.name]
    good = sum(results[entry.key].verdict == "exported" for entry in wanted if entry.key in results)
    print(f"{good} of {len(wanted)} exported and equal ({good / len(wanted):.1%}); docs/zoo.md is written")
    return 0 if good >= WANTED * len(wanted) else 1


def _todo(entries: list[Entry], results: dict[str, Outcome], only: list[str], *, retry: bool) -> list[Entry]:
    named = [entry for entry in entries if entry.name]
    if only:
        return [entry for entry in named if {entry.name, entry.key, entry.family} & set(only)]
    done = {key for key, outcome in results.items() if outcome.verdict == "exported" or not retry}
    return [entry for entry in named if entry.key not in done]


def _run(todo: list[Entry], arguments: argparse.Namespace) -> None:
    (BUILD / "logs").mkdir(parents=True, exist_ok=True)
    lock, begin = threading.Lock(), time.monotonic()
    limits = Limits(arguments.seconds, arguments.gibibytes, arguments.threads)

    def work(entry: Entry) -> Outcome:
        outcome = measure_apart(entry, BUILD / "logs", limits)
        with lock, RESULTS.open("a", encoding="utf-8") as out:
            print(json.dumps(asdict(outcome)), file=out)
        return outcome

    pool = ThreadPoolExecutor(arguments.jobs)
    try:
        for number, future in enumerate(as_completed([pool.submit(work, entry) for entry in todo]), 1):
            minutes = (time.monotonic() - begin) / 60
            print(f"  {number}/{len(todo)} {minutes:5.1f} min  {_said(future.result())}", flush=True)
    finally:  # an interrupt waits for those that run, not for all the others
        pool.shutdown(cancel_futures=True)


def _said(outcome: Outcome) -> str:
    good = outcome.verdict == "exported"
    found = f"{outcome.difference:.0e}" if good else outcome.reason.partition("\n")[0][:150]
    return f"{outcome.verdict}  {outcome.key}  {found}"


if __name__ == "__main__":
    sys.exit(main())
