"""Development only: let `import torchvision` work beside a CPU build of torch.

PyPI's torchvision wheel is linked against CUDA, so beside a CPU torch its `_C.so` does not load and the import
fails with "operator torchvision::nms does not exist" (pytorch/vision #9085). Transforms and models need none of
its operators; two schema definitions are enough. `make venv` copies this file into `.venv` with a `.pth` line that
calls `install()`. The product never does this: there a typed error names the fix.
"""

from __future__ import annotations

import sys

_kept = []  # a torch.library.Library lives as long as its reference


class _BeforeTorchvision:
    # It is imported at every start of Python: nothing else is imported before torchvision is asked for.
    def find_spec(self, fullname, _path=None, _target=None):
        if fullname == "torchvision":
            sys.meta_path.remove(self)
            _define_missing_operators()


def _define_missing_operators() -> None:
    import importlib.util
    from pathlib import Path

    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return
    import torch

    try:
        torch.ops.load_library(str(Path(spec.origin).parent / "_C.so"))
    except OSError:
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _kept.append(library)


def install() -> None:
    if not any(isinstance(finder, _BeforeTorchvision) for finder in sys.meta_path):
        sys.meta_path.insert(0, _BeforeTorchvision())


def lay_into_this_environment() -> None:
    """Copy this module into site-packages, with the `.pth` line that calls it at every start of Python."""
    import shutil
    import sysconfig
    from pathlib import Path

    site_packages = Path(sysconfig.get_path("purelib"))
    shutil.copy(__file__, site_packages / "truecopy_torchvision_hook.py")
    line = "import truecopy_torchvision_hook; truecopy_torchvision_hook.install()\n"
    (site_packages / "truecopy_torchvision_hook.pth").write_text(line)


if __name__ == "__main__":
    lay_into_this_environment()
