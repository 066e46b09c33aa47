"""A verdict: what is known of a claim, and the evidence for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from proofs.kernel import DEFINITE, ONE_TO_ONE, WORDS, show

STATUSES = ("proved", "refuted", "supported", "conditional", "unread")


@dataclass(frozen=True)
class Verdict:
    """`status` and the evidence: a certificate (proved), a counterexample (refuted), instances (`witness`).

    `conditions`: what the claim presupposes without stating it, such as the invertibility of a matrix whose inverse it
    writes (texts). `reason`: for a proof, what it used, read off the certificate; for a refutation, what fails.
    `axioms`: the rules that the kernel needed to accept the certificate, in its words. `statement`: the claim as text.
    A verdict is neither true nor false: ask for `.status`.
    """

    status: str
    certificate: Any = None
    counterexample: Any = None
    conditions: tuple[str, ...] = ()
    reason: str = ""
    witness: Any = None
    seconds: float = 0.0
    statement: str = ""
    axioms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} is not one of {', '.join(STATUSES)}")

    def __bool__(self) -> bool:
        raise TypeError("a verdict is neither true nor false: compare verdict.status, as in verdict.status == 'proved'")

    def explain(self) -> str:
        """The statement, what it rests on, and the proof as an identity that can be multiplied out by hand."""
        lines = [f"{self.status}: {self.statement}" if self.statement else self.status]
        lines += [f"presupposes: {condition}" for condition in self.conditions]
        if self.reason:
            lines.append(f"because: {self.reason}")
        if self.certificate is not None:
            lines += ["", *proof_lines(self.certificate)]
        if self.counterexample is not None:
            lines += ["", *str(self.counterexample).splitlines()]
        if self.witness is not None:
            lines += ["", *str(self.witness).splitlines()]
        return "\n".join(lines)

    def __str__(self) -> str:
        return f"{self.status}: {self.reason}" if self.reason else self.status

    def _repr_html_(self) -> str:
        return f"<p><strong>{self.status}</strong>: {escape(self.reason)}</p><pre>{escape(self.explain())}</pre>"


class Names:
    """How a certificate's letters read: `#0` as the inverse of its argument, references as what they say is zero."""

    def __init__(self, certificate: dict[str, Any]) -> None:
        self.certificate = certificate
        self.inverses = [step[1] for step in certificate["steps"] if step[0] == "inverse"]
        before = len(certificate.get("given", ())) + len(certificate.get("assumed", ()))
        self.first_local = before + len(shown_by_steps(certificate))
        self.local: list[Any] = []  # the hypotheses of the implications around the part that is being read

    def text(self, e: Any) -> str:
        return plain(self.expand(e))

    def expand(self, e: Any) -> Any:
        if isinstance(e, str) and e[:1] == "#":
            inner = ["inv", self.expand(self.inverses[int(e[1:].rstrip("'"))])]
            return ["T", inner] if e.endswith("'") else inner
        if isinstance(e, list) and e and e[0] == "ref":
            return ["ref", self.reference(e[1])]
        return [e[0], *map(self.expand, e[1:])] if isinstance(e, list) and e else e

    def reference(self, ref: str) -> str:
        return f"[{ref}]"

    def squares(self, squares: list[Any]) -> str:
        """A sum of squares `c L'PL` as text."""
        parts = list[str]()
        numbers = all(size == ["1", "1"] for size in self.certificate.get("symbols", {"": []}).values())
        for c, middle, root in squares:
            core: list[Any] = [root] if middle is None else [middle]
            if numbers and root != ["id", "1"]:
                core = [*([middle] if middle is not None else []), ["pow", root, "2"]]
            elif not (isinstance(root, list) and root[0] == "id"):
                core = [["T", root], *([middle] if middle is not None else []), root]
            parts.append(self.text(["mul", *([] if c == ["num", "1"] else [c]), *core]))
        return " + ".join(parts)

    def shown(self, step: Any) -> str:
        """A step that shows a matrix to be positive definite or one-to-one, as a sentence."""
        if step[0] in ONE_TO_ONE:
            return f"{self.text(step[1])} has the left inverse {self.text(step[2])}"
        _, e, squares, _ = step
        scalar = all(isinstance(root, list) and root == ["id", "1"] for _, _, root in squares)
        needs = [fact_text(f) for f in self.needs(squares)]
        word = "positive" if scalar else step[0].replace("_", " ")
        shown = self.text(e)
        sum_ = self.squares(squares)
        body = "" if shown == sum_ else f": it is {sum_}"
        return f"{shown} is {word}{body}" + (f", where {', '.join(needs)}" if needs else "")

    def needs(self, squares: list[Any]) -> list[Any]:
        """The hypotheses that make a sum of squares definite: signs of coefficients, ranks, definite middles."""
        given, roots = self.certificate["given"], [root for _, _, root in squares]
        middles, signs = [middle for _, middle, _ in squares], symbols_in([c for c, _, _ in squares])
        out = [f for f in given if f[0] == "positive" and isinstance(f[1], str) and f[1] in signs]
        out += [f for f in given if f[0] in ("injective", "invertible", "nonzero") and f[1] in roots]
        return out + [f for f in given if f[0] in DEFINITE and f[1] in middles]

    def equation(self, ref: str) -> str:
        """What a reference stands for, as an equation."""
        kind, _, side = ref.partition(".")
        if kind.startswith("inv"):
            e = self.expand(self.inverses[int(kind[3:])])
            pair = [e, ["inv", e]] if side == "r" else [["inv", e], e]
            return f"{plain(['mul', *pair])} = I"
        fact = self.fact(ref)
        if fact is None:
            return ref
        if fact[0] in ("positive_definite", "positive_semidefinite"):
            return f"{plain(self.expand(['T', fact[1]]))} = {plain(self.expand(fact[1]))}"
        return fact_text(self.expand(fact))

    def fact(self, ref: str) -> Any:
        """The hypothesis, or positive definite matrix, that a reference names."""
        c, k = self.certificate, int(ref[1:]) if ref[1:].isdigit() else -1
        if ref[:1] in "ga" and k >= 0:
            return c["given" if ref[0] == "g" else "assumed"][k]
        if ref[:1] == "d":
            before = len(c["given"]) + len(c["assumed"])
            return shown_by_steps(c)[k - before][:2]
        if ref[:1] == "h":
            return self.local[k - self.first_local]
        return None


def shown_by_steps(certificate: dict[str, Any]) -> list[Any]:
    """The steps that show a matrix to be definite, one-to-one, ...: each becomes a fact."""
    return [step for step in certificate["steps"] if step[0] in WORDS]


def used(certificate: dict[str, Any]) -> list[str]:
    """What the proof uses, each once, as text: equations among the hypotheses and definitions of inverses."""
    names = Names(certificate)
    out = [names.equation(ref) for ref in references(certificate["steps"]) if ref[0] != "L"]
    for _, proof, local in parts_of(certificate["claim"], certificate["proof"]):
        names.local = local
        out += [names.equation(ref) for ref in references(proof) if ref[0] != "L"]
    return list(dict.fromkeys(out))


def parts_of(claim: Any, proof: Any, local: Iterable[Any] = ()) -> Iterator[tuple[Any, Any, list[Any]]]:
    """The equations (or facts) that a claim consists of, each with its proof and the hypotheses around it."""
    if claim[0] == "and":
        for part, reason in zip(claim[1:], proof, strict=True):
            yield from parts_of(part, reason, local)
    elif claim[0] == "implies":
        yield from parts_of(claim[2], proof, [*local, claim[1]])
    elif claim[0] == "forall":
        yield from parts_of(claim[2], proof, local)
    else:
        yield claim, proof, list(local)


def proof_lines(certificate: dict[str, Any]) -> list[str]:
    """The certificate as text: hypotheses in use, lemmas, and the claim as a combination of them."""
    names = Names(certificate)
    goals = list(parts_of(certificate["claim"], certificate["proof"]))
    refs = dict.fromkeys(references([certificate["steps"], [proof for _, proof, _ in goals]]))
    lines = [f"[{ref}] says {names.equation(ref)}" for ref in refs if ref[0] not in "Lh"]
    lemma = 0
    for step in certificate["steps"]:
        if step[0] in WORDS:
            lines.append(names.shown(step))
        elif step[0] == "zero":
            lines.append(f"[L{lemma}] is 0 = {names.text(step[1])}")
            lemma += 1
    for goal, proof, local in goals:
        names.local = local
        if local:
            lines.append(f"if {' and '.join(fact_text(names.expand(f)) for f in local)}:")
            here = [ref for ref in dict.fromkeys(references(proof)) if ref[0] == "h"]
            lines += [f"  [{ref}] says {names.equation(ref)}" for ref in here]
        lines.append(("  " if local else "") + _goal_line(names, goal, proof))
    return lines


def _goal_line(names: Names, claim: Any, proof: Any) -> str:
    if claim[0] != "eq":
        squares = names.squares(proof[0]) if claim[0] not in ONE_TO_ONE and isinstance(proof, list) else ""
        return fact_text(names.expand(claim)) + (f": it is {squares}" if squares else "")
    left, (right, level) = names.text(claim[1]), _plain(names.expand(claim[2]))
    if proof is None:
        return f"{left} = {right}: both sides have the same normal form"
    difference = left if right == "0" else f"{left} - {f'({right})' if level == _SUM else right}"
    return f"{difference} = {names.text(proof)}, and every term is 0"


def references(e: Any) -> list[str]:
    """The references in a proof, in order."""
    if isinstance(e, list) and len(e) == 2 and e[0] == "ref" and isinstance(e[1], str):
        return [e[1]]
    return [ref for part in e for ref in references(part)] if isinstance(e, list) else []


def symbols_in(e: Any) -> set[str]:
    return {e.rstrip("'")} if isinstance(e, str) else set().union(*map(symbols_in, e)) if isinstance(e, list) else set()


def fact_text(fact: Any) -> str:
    match fact:
        case ["eq", a, b]:
            return f"{plain(a)} = {plain(b)}"
        case ["forall", x, ["eq", ["T", a], ["T", b]]]:  # an equation of rows, which the kernel reads as columns
            return f"{plain(a)} = {plain(b)} for every {x}"
        case ["forall", x, inner]:
            return f"{fact_text(inner)} for every {x}"
        case ["positive", s]:
            return f"{plain(s)} > 0"
        case ["nonnegative", s]:
            return f"{plain(s)} >= 0"
        case ["nonpositive", s]:
            return f"{plain(s)} <= 0"
        case ["nonzero", s]:
            return f"{plain(s)} != 0"
        case ["injective", e]:
            return f"{plain(e)} has independent columns"
        case [word, e]:
            return f"{plain(e)} is {word.replace('_', ' ')}"
        case _:
            return show(fact)


_SUM, _PRODUCT, _ATOM = 0, 1, 2


def plain(e: Any) -> str:
    """An expression of the kernel's language as people write it, with as few brackets as that needs."""
    return _plain(e)[0]


def _plain(e: Any) -> tuple[str, int]:
    def inside(part: Any, level: int) -> str:
        text, own = _plain(part)
        return f"({text})" if own < level else text

    match e:
        case str():
            return e, _ATOM
        case ["num", x]:
            return x, _ATOM if x.isdigit() else _SUM if x[0] == "-" else _PRODUCT
        case ["id", n]:
            return "1" if n == "1" else "I", _ATOM
        case ["zero", *_]:
            return "0", _ATOM
        case ["dim", n]:
            return n, _ATOM
        case ["ref", name]:
            return name, _ATOM
        case ["T", ["T", a]]:
            return _plain(a)
        case ["T", ["inv", a]]:
            return f"{inside(a, _ATOM)}^-T", _ATOM
        case ["T", a]:
            return f"{inside(a, _ATOM)}'", _ATOM
        case ["inv", a]:
            return f"{inside(a, _ATOM)}^-1", _ATOM
        case ["pow", a, k]:
            return f"{inside(a, _ATOM)}^{k if k.isdigit() or k[1:].isdigit() else f'({k})'}", _ATOM
        case ["add", first, *rest]:
            out = _plain(first)[0]
            for part in rest:
                text = _plain(part)[0]
                out += f" - {text[1:].lstrip()}" if text.startswith("-") else f" + {text}"
            return out, _SUM
        case ["mul", ["num", "-1"], *rest] if rest:
            return f"-{_plain(['mul', *rest])[0]}" if len(rest) > 1 else f"-{inside(rest[0], _PRODUCT)}", _SUM
        case ["mul", *parts] if ["id", "1"] in parts and len(parts) > 1:
            others = [p for p in parts if p != ["id", "1"]]
            return _plain(["mul", *others] if others else "1")
        case ["mul", only]:
            return _plain(only)
        case ["mul", *parts]:
            negative = isinstance(parts[0], list) and parts[0][0] == "num" and parts[0][1][0] == "-"
            head = parts[0][1] if negative else inside(parts[0], _PRODUCT)
            return " ".join([head, *(inside(p, _PRODUCT) for p in parts[1:])]), _SUM if negative else _PRODUCT
        case ["eq", *_] | ["forall", *_]:
            return fact_text(e), _SUM
        case _:
            return show(e), _ATOM


__all__ = ["STATUSES", "Verdict", "fact_text", "parts_of", "plain", "proof_lines", "references", "used"]
