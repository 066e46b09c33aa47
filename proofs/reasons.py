"""Why a step holds, read off its certificate: the hypotheses it used, or the rules that its normal form needed.

Texts in which `$...$` is LaTeX. They are made from the certificate alone (and the names of the symbols), so the prose
of a solution cannot disagree with its proof.
"""

from collections.abc import Iterable
from typing import Any

from sympy import Basic, Identity, MatrixSymbol, Symbol, ZeroMatrix, preorder_traversal

from proofs.kernel import check
from proofs.statement import Statement
from proofs.verdict import references
from symbolic.errors import UnsupportedError
from symbolic.latex import write_latex

# Axioms as the kernel names them, by their first words -> what a reader is told. In order of interest; the first two
# that apply are said.
RULES = (
    ("derivative of an inverse", r"$\mathrm{d} M^{-1} = -M^{-1} (\mathrm{d} M) M^{-1}$"),
    ("derivative:", "linearity and product rule"),
    ("functions of x", "equal functions have equal derivatives"),
    ("trace", "the trace is linear and cyclic"),
)


def statement_of(certificate: dict[str, Any], sources: Iterable[Basic]) -> Statement | None:
    """A statement that reads the certificate's names as the symbols in `sources`; None if one had to be renamed."""
    statement = Statement()
    for node in (node for source in sources for node in preorder_traversal(source)):
        if isinstance(node, (MatrixSymbol, Identity, ZeroMatrix)):
            statement.sizes |= {size: size.name for size in node.shape if isinstance(size, Symbol)}
        if isinstance(node, (MatrixSymbol, Symbol)):
            statement.names[node] = node.name
    if not set(certificate["symbols"]) <= set(statement.names.values()):
        return None
    arguments = [step[1] for step in certificate["steps"] if step[0] == "inverse"]
    statement.inverses = [(e, Symbol("unread")) for e in arguments]
    return statement


def reason(certificate: dict[str, Any], sources: Iterable[Basic]) -> str:
    """The hypotheses that the proof refers to, as equations; without any, the rules behind the normal form."""
    lemmas = [step for step in certificate["steps"] if step[0] == "zero"]
    refs = [ref for ref in dict.fromkeys(references([lemmas, certificate["proof"]])) if ref[0] != "L"]
    if refs:
        statement = statement_of(certificate, sources)
        equations = [_equation(ref, certificate, statement) for ref in refs if statement is not None]
        return ", ".join(dict.fromkeys(equations)) or "the hypotheses"
    if certificate["claim"][0] in ("invertible", "positive_definite"):
        return _definite(certificate, sources)
    return _rules(certificate)


def _equation(ref: str, certificate: dict[str, Any], statement: Statement) -> str:
    if ref[0] == "h":
        return "the hypothesis"
    if ref.startswith("inv"):
        k, side = ref[3:].split(".")
        e, letter = statement.inverses[int(k)][0], f"#{k}"
        product = statement.read(["mul", e, letter] if side == "r" else ["mul", letter, e])
        size = product.shape[0] if product.is_Matrix else 1
        return f"${write_latex(product)} = {'1' if size == 1 else write_latex(Identity(size))}$"
    kind, index = ("given" if ref[0] == "g" else "assumed"), ref[1:]
    fact = certificate[kind][int(index)] if ref[0] in "ga" else None
    if fact is None or fact[0] not in ("eq", "forall"):
        return "symmetry"
    return f"${write_latex(statement.read(fact))}$"


def _definite(certificate: dict[str, Any], sources: Iterable[Basic]) -> str:
    """Which squares a positive definite matrix is the sum of."""
    statement = statement_of(certificate, sources)
    steps = [step for step in certificate["steps"] if step[0] == "positive_definite"]
    if not steps or statement is None:
        return "a hypothesis"
    try:
        terms = [write_latex(statement.read(_square(*square))) for square in steps[-1][2]]
    except UnsupportedError:
        return "a sum of squares"
    signs = [f for kind in ("given", "assumed") for f in certificate[kind] if f[0] == "positive"]
    known = "".join(f", ${write_latex(statement.read(f))}$" for f in signs)
    hence = "" if certificate["claim"][0] == "positive_definite" else ", hence invertible"
    return f"positive definite{hence}: the sum of squares ${' + '.join(terms)}${known}"


def _square(c: Any, middle: Any, root: Any) -> Any:
    if isinstance(root, list) and root[0] == "id":
        return ["mul", c, middle or root] if c != ["num", "1"] else middle or root
    core = [_turned(root), *([middle] if middle is not None else []), root]
    return ["mul", *([] if c == ["num", "1"] else [c]), *core]


def _turned(root: Any) -> Any:
    if isinstance(root, str):
        return root[:-1] if root.endswith("'") else root + "'"
    return root[1] if root[0] == "T" else ["T", root]


def _rules(certificate: dict[str, Any]) -> str:
    axioms, text = check(certificate).axioms, str(certificate["claim"])
    said = [words for axiom, words in RULES if any(a.startswith(axiom) for a in axioms)]
    if "'delta'" in text and said:
        said.append(r"an entry by an entry is $1$ if they are the same, else $0$")
    elif "'delta'" in text:
        said.append(r"a sum over a $\delta$ keeps one term")
    elif "'sum'" in text and not said:
        said.append("the entries of a product")
    elif "'entry'" in text and not said:
        said.append("the entries of sums, products and transposes")
    elif "'stack'" in text:
        said = ["the entries, stacked"]
    cases = "in each case: " if "'nonpositive'" in text else ""
    return cases + ("; ".join(said[:2]) or "expand both sides")
