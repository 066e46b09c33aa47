"""Letters as single characters, and polynomials of the kernel in them: the form in which proofs are searched.

A word that passes through size 1 falls into pieces there: the closed pieces (1 x 1) commute and equal their transposes.
`tidy` sorts them into one place. A monomial of a *claim* is a set of tracks, words with their two ends (the matrix's
row and column, a named index, "" at size 1, "@" for a trace); closed words join a track that passes through size 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import permutations, product

from proofs.kernel import COL, ROW

Powers = tuple[tuple[str, Fraction], ...]
Track = tuple[str, str, str]  # end, word, end
Tracks = tuple[Track, ...]
_ORDER = {ROW: "", COL: "\uffff"}  # rows before named indices before columns


class Letters:
    """The letters of one problem; `sides(x)` gives the size of an unprimed letter."""

    def __init__(self, sides: Callable[[str], tuple[str, str]]) -> None:
        self._sides = sides
        self.chars: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.flipped: dict[str, str] = {}
        self.sides: dict[str, tuple[str, str]] = {}
        self.has_ones = False

    def word(self, letters: Iterable[str]) -> str:
        return "".join(self.chars.get(x) or self._new(x) for x in letters)

    def _new(self, letter: str) -> str:
        base = letter.removesuffix("'")
        m, n = self._sides(base)
        pair = [(base, (m, n)), (base + "'", (n, m))]
        for x, sides in pair:
            c = chr(0x4E00 + len(self.names))
            self.chars[x], self.names[c], self.sides[c] = c, x, sides
        one, two = (self.chars[x] for x, _ in pair)
        self.flipped |= {one: two, two: one}
        self.has_ones = self.has_ones or "1" in (m, n)
        return self.chars[letter]

    def spell(self, word: str) -> list[str]:
        return [self.names[c] for c in word]

    def flip(self, word: str) -> str:
        """The transpose of a word."""
        return "".join(self.flipped[c] for c in reversed(word))

    def pieces(self, word: str) -> list[str]:
        """The word cut wherever it passes through size 1."""
        out, start = list[str](), 0
        for k in range(len(word) - 1):
            if self.sides[word[k]][1] == "1":
                out.append(word[start : k + 1])
                start = k + 1
        return [*out, word[start:]]

    def touches_one(self, word: str) -> bool:
        return any("1" in self.sides[c] for c in word)

    def smaller(self, closed: str) -> str:
        return min(closed, self.flip(closed))

    def split(self, word: str) -> tuple[str, list[str], str]:
        """The word as (head, closed pieces, tail) around its passages through size 1; no such passage: all is head."""
        parts = self.pieces(word) if word else []
        head = tail = ""
        if parts and self.sides[parts[0][0]][0] != "1":
            head = parts.pop(0)
        if parts and self.sides[parts[-1][-1]][1] != "1":
            tail = parts.pop()
        return head, parts, tail

    def tidy(self, word: str, closed: Iterable[str] = ()) -> str:
        """The smallest word equal to `word` times the closed words; `word` must touch size 1 if there are any."""
        head, parts, tail = self.split(word)
        return head + "".join(sorted(map(self.smaller, [*parts, *closed]))) + tail

    def variants(self, word: str) -> list[str]:
        """The word with its closed pieces in other orders (a few) and transposed."""
        head, parts, tail = self.split(word)
        if not parts or len(parts) > 3:
            return [word]
        out: dict[str, None] = {}
        for order in permutations(parts):
            for flips in product((False, True), repeat=len(order)):
                middle = "".join(self.flip(w) if f else w for w, f in zip(order, flips, strict=True))
                out.setdefault(head + middle + tail)
        return list(out)

    def tracks(self, chains: Iterable[Track]) -> Tracks:
        """Chains of one monomial, tidied and joined where they pass through size 1."""
        open_ends, closed, out = list[tuple[str, str]](), list[str](), list[Track]()
        for a, w, b in chains:
            cut = next((k for k, c in enumerate(w) if self.sides[c][0] == "1"), None) if a == "@" else None
            if cut is not None:  # tr(u v') = v'u
                closed += self.pieces(w[cut:] + w[:cut])
                continue
            if a == "@":
                turns = [v[k:] + v[:k] for v in (w, self.flip(w)) for k in range(len(w))]
                out.append((a, min(turns), b))
                continue
            parts = self.pieces(w)
            if a and b and len(parts) == 1:
                out.append(min((a, w, b), (b, self.flip(w), a), key=_rank))
                continue
            if a:
                open_ends.append((a, parts.pop(0)))
            if b:
                open_ends.append((b, self.flip(parts.pop())))
            closed += filter(None, parts)
        loops = "".join(sorted(map(self.smaller, closed)))
        open_ends.sort(key=_rank)
        if open_ends:
            a, u = open_ends.pop(0 if open_ends[-1][0] != COL or open_ends[0][0] == ROW else -1)
            mate = -1 if a == ROW else 0
            joins = open_ends and (a not in _ORDER or open_ends[mate][0] == COL)
            b, v = open_ends.pop(mate) if joins else ("", "")
            whole = ("", loops + self.flip(u), a) if a == COL else (a, u + loops + self.flip(v), b)
            out += [whole, *((c, w, "") for c, w in open_ends)]
        elif loops:
            out.append(("", loops, ""))
        return tuple(sorted(out))


def _rank(track: tuple[str, ...]) -> tuple[str, str]:
    return _ORDER.get(track[0], track[0]), track[1]


__all__ = ["Letters", "Powers", "Track", "Tracks"]
