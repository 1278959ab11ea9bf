"""`make demo`: train, export, prove, selftest, and predict in a process that never imports torch."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path("demo")
PREDICT = ["predict", "demo/digits.onnx", "demo/photos", "--top", "2"]
WITHOUT_TORCH = f"""
import atexit, sys
from truecopy.cli.main import main
atexit.register(lambda: print("torch imported by this process:", "torch" in sys.modules))
sys.argv = ["truecopy", *{PREDICT!r}]
main()
"""


def main() -> int:
    truecopy = str(Path(sys.executable).with_name("truecopy"))
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    print("1. Train a small network with EMA on scikit-learn's handwritten digits")
    from tools.demo.train import CLASSES, train, write_images

    write_images(FOLDER / "digits")
    (FOLDER / "photos").mkdir()
    for name in CLASSES:
        shutil.copy(next((FOLDER / "digits" / name).glob("*.png")), FOLDER / "photos" / f"{name}.png")
    train(FOLDER / "best.pt")
    export = [
        truecopy, "export", "demo/best.pt", "--arch", "python:tools.demo.network:DigitNet",
        "--recipe", "python:tools.demo.network:validation", "--proof", "demo/digits", "-o", "demo/digits.onnx",
    ]  # fmt: skip
    steps = [
        ("2. Export it, and prove the copy on 360 labelled images", export),
        ("3. Selftest the file, as a host without torch would", [truecopy, "selftest", "demo/digits.onnx"]),
        ("4. Predict, in a process that never imports torch", [sys.executable, "-c", WITHOUT_TORCH]),
    ]
    for title, command in steps:
        print(f"\n{title}", flush=True)
        shown = PREDICT if command[1] == "-c" else command[1:]
        print(f"$ truecopy {shlex.join(shown)}", flush=True)
        status = subprocess.run(command, check=False).returncode
        if status:
            return status
    print("\nNext, with .venv/bin on your PATH:")
    print("  truecopy inspect demo/digits.onnx")
    print("  truecopy predict demo/digits.onnx demo/photos --top 3")
    print("  truecopy bench demo/digits.onnx demo/photos")
    return 0


if __name__ == "__main__":
    sys.exit(main())
