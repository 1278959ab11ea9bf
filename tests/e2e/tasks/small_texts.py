"""Texts invented for these tests, and the small networks that learn them."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

# Characters: each sentence ends with the stop token.
SENTENCES = ["the cat sat on the mat.", "a dog ran to the sea.", "my owl can see at night."]
STOP = "."
LETTERS = sorted({*"".join(SENTENCES)})
BLOCK = 32

# Words: what kind of place is spoken of?
KINDS = ["water", "wood", "town"]
SPEECH = [
    ("the boat is on the lake", 0), ("we swim in the sea", 0), ("a fish in the river", 0), ("waves and salt", 0),
    ("the trees are tall", 1), ("an owl in the oak", 1), ("moss under the trees", 1), ("deer by the oak", 1),
    ("the tram is late", 2), ("shops and lamps", 2), ("a street with shops", 2), ("the tram in the street", 2),
]  # fmt: skip
WORDS = ["<pad>", "<unknown>", *sorted({word for line, _ in SPEECH for word in line.split()})]
LONGEST = 8


def letter_ids(text: str) -> list[int]:
    return [LETTERS.index(letter) for letter in text]


def word_ids(line: str) -> list[int]:
    return [WORDS.index(word) if word in WORDS else 1 for word in line.split()]


class Writer(nn.Module):
    """Next letter: (n, steps) int64 to (n, steps, letters); any number of steps."""

    def __init__(self, tokens: int = len(LETTERS)) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, 12)
        self.memory = nn.GRU(12, 48, batch_first=True)
        self.head = nn.Linear(48, tokens)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.head(self.memory(self.embedding(ids))[0])


class Attender(nn.Module):
    """Next letter by one causal attention over a fixed block: (n, BLOCK) int64 to (n, BLOCK, letters)."""

    def __init__(self, tokens: int = len(LETTERS), width: int = 32) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, width)
        self.places = nn.Parameter(torch.randn(BLOCK, width) * 0.1)
        self.query, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.head = nn.Sequential(nn.Linear(width, 64), nn.ReLU(), nn.Linear(64, tokens))
        self.register_buffer("later", torch.ones(BLOCK, BLOCK, dtype=torch.bool).triu(1))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.embedding(ids) + self.places
        weights = self.query(x) @ self.key(x).transpose(1, 2) / x.shape[-1] ** 0.5
        return self.head(x + weights.masked_fill(self.later, -1e9).softmax(-1) @ self.value(x))


class Listener(nn.Module):
    """The kind of a line: ids and mask (n, LONGEST) to (n, kinds); the mean of the words that are there."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), 8)
        self.head = nn.Linear(8, len(KINDS))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        there = mask.to(torch.float32)[:, :, None]
        return self.head((self.embedding(ids) * there).sum(1) / there.sum(1).clamp(min=1))


def _learn(module: nn.Module, steps: int, loss_of: object, rate: float = 0.02) -> nn.Module:
    optimiser = torch.optim.Adam(module.parameters(), rate)
    for _ in range(steps):
        optimiser.zero_grad()
        loss_of().backward()
        optimiser.step()
    return module.eval()


def _sentences() -> tuple[torch.Tensor, torch.Tensor]:
    """Ids padded to BLOCK with the stop token, and which letter follows (-100: nothing to learn)."""
    ids = torch.full((len(SENTENCES), BLOCK), LETTERS.index(STOP))
    following = torch.full((len(SENTENCES), BLOCK), -100)
    for row, sentence in enumerate(SENTENCES):
        letters = torch.tensor(letter_ids(sentence))
        ids[row, : len(letters)] = letters
        following[row, : len(letters) - 1] = letters[1:]
    return ids, following


def trained_writer(module: nn.Module, steps: int = 120) -> nn.Module:
    ids, following = _sentences()
    return _learn(
        module, steps, lambda: nn.functional.cross_entropy(module(ids).flatten(0, 1), following.flatten())
    )


def writer() -> nn.Module:
    torch.manual_seed(0)
    return trained_writer(Writer())


def attender() -> nn.Module:
    torch.manual_seed(0)
    return trained_writer(Attender())


def write(module: nn.Module, prompt: str, longest: int, block: int | None = None) -> str:
    """The loop that people write with torch: the best next letter, until the stop token or `longest` letters.

    block: the ids are filled up to this length with the stop token on the right, and cut on the left.
    """
    ids = letter_ids(prompt)
    written: list[str] = []
    while len(written) < longest:
        given = ids if block is None else ids[-block:]
        fed = given if block is None else given + [LETTERS.index(STOP)] * (block - len(given))
        with torch.no_grad():
            best = int(module(torch.tensor([fed]))[0, len(given) - 1].argmax())
        if LETTERS[best] == STOP:
            break
        written.append(LETTERS[best])
        ids.append(best)
    return "".join(written)


def padded(lines: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask of lines, (n, LONGEST) int64: cut on the right, padded on the right."""
    rows = [word_ids(line)[:LONGEST] for line in lines]
    ids = torch.tensor([row + [0] * (LONGEST - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (LONGEST - len(row)) for row in rows])
    return ids, mask


def listener() -> nn.Module:
    torch.manual_seed(0)
    module = Listener()
    fed = padded([line for line, _ in SPEECH])
    truth = torch.tensor([kind for _, kind in SPEECH])
    return _learn(module, 60, lambda: nn.functional.cross_entropy(module(*fed), truth), 0.05)


def kinds_of(module: nn.Module, lines: list[str]) -> np.ndarray:
    """The original's raw answers, float32 (n, kinds)."""
    with torch.no_grad():
        return module(*padded(lines)).numpy()
