"""`make bench`: cold start and stream, each as a ratio to its floor measured in the same run."""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.bench import cold_start, throughput

from truecopy.jobs.images import find_images

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=str(ROOT / "artifacts" / "digits.onnx"))
    parser.add_argument("--images", default=str(ROOT / "artifacts" / "digits"), help="a folder")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    images = list(find_images([arguments.images]).paths)
    cold_start.main(arguments.model, images[0], arguments.rounds)
    throughput.main(arguments.model, images, arguments.rounds)


if __name__ == "__main__":
    main()
