"""The small language of declarations: what it states, and what it refuses, with the place."""

import pytest

from symbolic.errors import ReadError
from symbolic.notation.declarations import read_declarations
from symbolic.notation.parser import macros_of
from symbolic.notation.records import Assumed, Convention, Declared, Defined, Fact, Piece


def declared(text: str) -> list[tuple[str, list[str] | None, tuple[str, ...]]]:
    found = [r for r in read_declarations(text) if isinstance(r, Declared)]
    return [(r.name, [str(size) for size in r.shape] if r.shape else None, r.facts) for r in found]


N, D, ONE = "name:n", "name:d", "number:1"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("X: n x d", [("X", [N, D], ())]),
        ("X: n by d", [("X", [N, D], ())]),
        ("X: n × d", [("X", [N, D], ())]),
        (r"X: n \times d", [("X", [N, D], ())]),
        ("x: n", [("x", [N, ONE], ())]),
        ("x: 3", [("x", ["number:3", ONE], ())]),
        ("A, B: n x n symmetric", [("A", [N, N], ("symmetric",)), ("B", [N, N], ("symmetric",))]),
        ("A: n x n, symmetric, positive-definite", [("A", [N, N], ("positive_definite",))]),
        ("A: symmetric and invertible", [("A", None, ("symmetric", "invertible"))]),
        ("X: n x d matrix of full column rank", [("X", [N, D], ("injective",))]),
        ("lambda, mu: positive", [("lambda", [ONE, ONE], ("positive",)), ("mu", [ONE, ONE], ("positive",))]),
        ("b: scalar", [("b", [ONE, ONE], ())]),
        ("u: n unit vector", [("u", [N, ONE], ("orthonormal_columns",))]),
        ("Sigma: n x d diagonal", [("Sigma", [N, D], ("rectangular_diagonal",))]),
        (r"\hat\beta: d", [("hat beta", [D, ONE], ())]),
        (r"X \in \mathbb{R}^{n\times d}", [("X", [N, D], ())]),
        (r"Q \succ 0", [("Q", None, ("positive_definite",))]),
        ("let A: n x n invertible", [("A", [N, N], ("invertible",))]),
        ("A: n x d; x: d", [("A", [N, D], ()), ("x", [D, ONE], ())]),
        ("A: n x d\nx: d\n", [("A", [N, D], ()), ("x", [D, ONE], ())]),
        ("", []),
        (" ; ;", []),
    ],
)
def test_names(text: str, expected: list[object]) -> None:
    assert declared(text) == expected


def test_sums_are_sizes() -> None:
    ((_, shape, _),) = declared("A: 2n x (d+1)")
    assert shape == ["mul(number:2, name:n)", "group:((add(name:d, number:1))"]


def test_families() -> None:
    assert [(r.name, r.indexed) for r in read_declarations(r"x_1, \dots, x_n: d") if isinstance(r, Declared)] == [
        ("x_1", False), ("x_n", False), ("x", True),
    ]  # fmt: skip


def test_other_records() -> None:
    relation, definition, other, fact, prime, rows, piece = read_declarations(
        "lambda > 0; let f(w) = w^T w; M := I - P; X'X: invertible; prime is transpose; gradients are rows;"
        " x_i': row of X"
    )
    assert isinstance(relation, Assumed) and [str(t) for t in relation.chain.terms] == ["name:lambda", "number:0"]
    assert isinstance(definition, Defined) and isinstance(other, Defined)
    assert isinstance(fact, Fact) and fact.facts == ("invertible",)
    assert prime == Convention(kind="prime is transpose", span=prime.span)
    assert rows == Convention(kind="rows", span=rows.span)
    assert isinstance(piece, Piece) and (piece.name, piece.index, piece.of, piece.part) == ("x", "i", "X", "row")
    assert piece.lying is False


def test_places_are_those_in_the_text() -> None:
    text = "junk [lambda > 0] junk"
    (record,) = read_declarations(text, 6, 16)
    assert isinstance(record, Assumed)
    left, right = record.chain.terms
    assert left is not None and right is not None
    assert text[slice(*left.span)] == "lambda" and text[slice(*right.span)] == "0"
    assert text[slice(*record.span)] == "lambda > 0"


def test_commands_of_the_author_are_known() -> None:
    (record,) = read_declarations(r"x \in \R^n", macros=macros_of(r"\newcommand{\R}{\mathbb{R}}"))
    assert isinstance(record, Declared) and record.shape is not None


@pytest.mark.parametrize(
    "text, quoted",
    [
        ("A: symetric", "'symetric' at 3"),
        ("A: n x n not symmetric", "at 7"),
        ("hello world", "'hello world' at 0"),
        ("A: n x d symmetric", "symmetric"),
        ("A:", "a size or facts"),
        (": n", "at 0"),
        ("X X^T", "at 0"),
        ("lambda >", "at"),
        ("A: n, n", "at 3"),
        ("f: (", "at"),
        ("A + B: n x n", "at 0"),
        ("A: n x n x n", "at"),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, quoted: str) -> None:
    with pytest.raises(ReadError, match=quoted.replace("(", r"\(")):
        read_declarations(text)
