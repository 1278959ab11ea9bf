from __future__ import annotations

import hashlib

import numpy as np

from truecopy.pixels import digest


def test_digest_is_over_dtype_shape_and_bytes():
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert digest(array) == hashlib.sha256(b"|u1 [2, 3]" + bytes(range(6))).hexdigest()
    assert digest(array) != digest(array.reshape(3, 2))
    assert digest(array) != digest(array.astype(np.int8))


def test_digest_does_not_see_how_the_array_lies_in_memory():
    array = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    assert digest(array) == digest(np.asfortranarray(array)) == digest(array.astype(">f4"))
    assert digest(array.transpose(2, 0, 1)) == digest(array.transpose(2, 0, 1).copy())
