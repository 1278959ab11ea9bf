"""The same SavedModel gives the same bytes, in every process and whatever the order of sets."""

from __future__ import annotations

import importlib
import json
import os
import random
import subprocess
import sys

from tests.export.networks.saved_models import branching, difference, graph_of, save

from truecopy_export.networks.tensorflow.saved_model import open_saved_model


def test_a_network_that_branches_is_converted_to_the_same_bytes_whatever_the_order_of_sets(
    tf, tmp_path, monkeypatch
):
    """tf2onnx's own answers out of sets come in another order at every conversion."""
    opened = open_saved_model(save(tf, tmp_path, branching(tf)))
    graph = importlib.import_module("tf2onnx.graph").Graph
    dice = random.Random(5)  # noqa: S311
    asked = dict.fromkeys(("find_output_consumers", "extract_sub_graph_nodes"), 0)

    def shuffled(name):
        real = getattr(graph, name)

        def call(*arguments, **options):
            asked[name] += 1
            found = sorted(real(*arguments, **options), key=lambda node: node.name)
            return dice.sample(found, len(found))

        return call

    first = graph_of(opened)
    for name in asked:
        monkeypatch.setattr(graph, name, shuffled(name))
    again = [graph_of(opened).SerializeToString(deterministic=True) for _ in range(3)]
    assert set(again) == {first.SerializeToString(deterministic=True)}
    assert all(asked.values())
    assert difference(opened, first, 2) < 1e-4


def test_two_processes_make_the_same_bytes(tf, tmp_path):
    path = save(tf, tmp_path, branching(tf))
    script = (
        "import sys, hashlib, pathlib, torch\n"
        "from truecopy_export.networks.tensorflow.saved_model import open_saved_model\n"
        "network = open_saved_model(pathlib.Path(sys.argv[1])).network\n"
        "example = (torch.zeros(2, 8, 9, 3),)\n"
        "made = [network.to_onnx(network.answering, example, network.inputs, ('logits',), 'logits') for _ in range(2)]\n"
        "print([hashlib.sha256(one.SerializeToString(deterministic=True)).hexdigest() for one in made])\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script, path],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        for seed in ("1", "2")
    ]
    (first, second), (third, fourth) = (json.loads(one.stdout.decode().replace("'", '"')) for one in said)
    assert first == second == third == fourth
    # TensorFlow's own lines stay inside.
    assert [one.stderr for one in said] == [b"", b""]
