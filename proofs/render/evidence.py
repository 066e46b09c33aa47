"""The evidence behind a derivation in a few sentences: how large the proofs are, and what was evaluated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from proofs.grounds import Grounds
from symbolic.derivation import Derivation


def evidence(derivation: Derivation, bases: dict[int, Grounds | None]) -> Iterator[str]:
    """Sentences on the certificates, the exact instances and the floating-point instances of all lines together."""
    lines = [derivation, *derivation.steps]
    bases_of = [(line, base) for line in lines if (base := bases[id(line)]) is not None]
    if bases_of:
        yield _certificates(bases_of, derivation)
    witnesses = [line.verdict.witness for line in lines if getattr(line.verdict, "witness", None) is not None]
    exact = [w for w in witnesses if getattr(w, "instances", 0)]
    if exact:
        yield _exact(exact)
    floats = [w for w in witnesses if getattr(w, "floats", 0)]
    if floats:
        error = max(w.error for w in floats)
        number = sum(w.floats for w in floats)
        yield f"Floating point: {number} instances, largest relative error {_power_of_ten(error)}."
    yield from dict.fromkeys(str(w) for w in witnesses if not hasattr(w, "instances"))


def _certificates(proved: list[tuple[Any, Grounds]], derivation: Derivation) -> str:
    size = sum(len(json.dumps(line.verdict.certificate)) for line, _ in proved) / 1000
    head = f"Certificates: {len(proved)}, together {size:.1f} kB" if len(proved) > 1 else f"Certificate: {size:.1f} kB"
    steps = [str(base.terms) for line, base in proved if line is not derivation]
    claim = [str(base.terms) for line, base in proved if line is derivation]
    if not any(base.terms for _, base in proved):
        return f"{head}; the two sides of each have one normal form."
    counts = [f"{claim[0]} for the claim"] if claim else []
    counts += [f"{', '.join(steps)} for the steps"] if steps else []
    return f"{head}; proof terms: {' and '.join(counts)}."


def _exact(witnesses: list[Any]) -> str:
    primes = {w.prime for w in witnesses}
    prime = next(iter(primes)) if len(primes) == 1 else 0
    ring = f" modulo the prime ${prime}$" if prime else " over the rationals" if prime is None else ""
    text = f"Exact instances: {sum(w.instances for w in witnesses)}{ring}{_sizes(witnesses)}."
    bounds = [w.bound for w in witnesses if w.bound]
    if bounds:
        bound = _power_of_ten(max(bounds))
        text += f" A false claim passes one of them with probability at most {bound} (Schwartz-Zippel)."
    return text


def _sizes(witnesses: list[Any]) -> str:
    """`, at $(m, n) = (2, 3), (3, 2)$`: every pattern of sizes that had an instance."""
    seen: dict[str, list[str]] = {}
    for pattern in (pattern for w in witnesses for pattern in w.patterns if pattern.instances and pattern.sizes):
        names, values = (", ".join(map(str, part)) for part in (pattern.sizes, pattern.sizes.values()))
        many = len(pattern.sizes) > 1
        seen.setdefault(f"({names})" if many else names, []).append(f"({values})" if many else values)
    shown = (f"${names} = {', '.join(dict.fromkeys(values))}$" for names, values in seen.items())
    return f", at {'; '.join(shown)}" if seen else ""


def _power_of_ten(number: float) -> str:
    if not number:
        return "$0$"
    mantissa, _, exponent = f"{number:.0e}".partition("e")
    return rf"${mantissa} \cdot 10^{{{int(exponent)}}}$"


__all__ = ["evidence"]
