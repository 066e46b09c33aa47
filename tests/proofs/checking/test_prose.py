"""What sentences declare: a table of phrases, among them those that must declare nothing."""

import pytest

from proofs.checking.prose import Prose, read_prose
from proofs.checking.source import Formula, read_source
from symbolic.notation.records import (
    Assumed,
    Convention,
    Declared,
    Decomposition,
    Defined,
    Fact,
    Piece,
    Record,
)
from symbolic.notation.sets import chain_span

M = r"\in\mathbb{R}^{n\times n}"


def plain(tree: object) -> str:
    """A size in a few characters: "n", "1", "d+n"."""
    text = str(tree)
    for old, new in (("name:", ""), ("number:", ""), ("add(", "("), ("group:((", "("), ("mul(", "*(")):
        text = text.replace(old, new)
    return text


def described(records: list[Record] | tuple[Record, ...], text: str) -> list[str]:
    """Records in short: `X: n x d injective`, `lambda > 0`, `f := ...`; "if" marks what is conditional."""
    names: dict[str, list[str]] = {}
    found: list[str] = []
    for r in records:
        mark = "if " if r.conditional else ""
        if isinstance(r, Declared):
            key = mark + r.name + ("[]" if r.indexed else "")
            words = names.setdefault(key, [])
            if r.shape is not None:
                words.insert(0, " x ".join(plain(size) for size in r.shape))
            words += [fact for fact in r.facts if fact not in words]
            if r.kind and r.shape is None and not r.facts and not words:
                words.append(f"({r.kind})")
        elif isinstance(r, Fact):
            found.append(f"{mark}{text[slice(*r.tree.span)]}: {' '.join(r.facts)}")
        elif isinstance(r, Assumed):
            found.append(mark + text[slice(*chain_span(r.chain))])
        elif isinstance(r, Defined):
            found.append("def " + text[slice(*chain_span(r.chain))])
        elif isinstance(r, Convention):
            found.append(r.kind)
        elif isinstance(r, Piece):
            lying = {True: " lying", False: " upright", None: ""}[r.lying]
            found.append(f"{r.name}_{r.index}: {r.part} of {r.of}{lying}")
        elif isinstance(r, Decomposition):
            found.append(f"{r.kind}: {text[slice(*chain_span(r.chain))]}")
    sized = []
    for key, words in names.items():
        words = [w for w in words if not w.startswith("(")] or words
        sized.append(f"{key}: {' '.join(dict.fromkeys(words))}")
    return sorted([*sized, *found])


def unordered(item: str) -> str:
    """An item with its words in alphabetical order: the order of facts says nothing."""
    return " ".join(sorted(item.split()))


def read(text: str, kind: str = "md") -> Prose:
    return read_prose(read_source(text, kind))


# A sentence, and what it declares, separated by " ; ".
SHAPES = [
    (r"Let $X \in \mathbb{R}^{m\times n}$.", "X: m x n"),
    (r"where $\mathbf{x}, \mathbf{c} \in \mathbb{R}^n$", "c: n x 1 ; x: n x 1"),
    (r"Let $x, y \in \mathbb R$.", "x: 1 x 1 real ; y: 1 x 1 real"),
    (r"Let $A \in \mathbb{R}^{n,k}$.", "A: n x k"),
    (r"$y = X\beta \in \mathbb{R}^n$ holds", "y: n x 1"),
    (r"data $x_1,\dots,x_n\in\mathbb{R}^d$", "x[]: d x 1 ; x_1: d x 1 ; x_n: d x 1"),
    (r"$X\in\mathbb{R}^{n\times d}$, $n>d$", "X: n x d ; n>d"),
    (r"Let $X\in\mathbb{R}^{n\times d}, n > d$.", "X: n x d ; n > d"),
    (r"with $\eta\in\mathbb{R}^{d+n}$", "eta: (d, n) x 1"),
    (r"$W^{(1)} \in \mathbb{R}^{d\times 1}$", "W^(1): d x 1"),
    (r"$\lambda\in(0,1)$", "lambda: 1 x 1 real ; \\lambda\\in(0 ; \\lambda\\in(0,1"),
    (r"$A\in\mathbb{S}^n_{++}$", "A: n x n positive_definite"),
    (r"$A\in\mathbb{S}^n_+$", "A: n x n positive_semidefinite"),
    (r"$Q\in O(n)$", "Q: n x n orthogonal"),
    (r"$z\in\mathbb{C}^n$", "z: n x 1 complex"),
    (r"$u\in\mathbb{S}^{n-1}$", ""),
    (r"an $n \times d$ matrix $X$", "X: n x d"),
    (r"$X$ is an $n \times d$ matrix", "X: n x d"),
    (r"an n x d design matrix $X$", "X: n x d"),
    (r"Let X be an n x d (design) matrix.", "X: n x d"),
    (r"$A$ is an n-by-n matrix", "A: n x n"),
    (r"an $n$-dimensional vector $x$", "x: n x 1"),
    (r"$\mathbf{w}$ is $d$-dimensional and $\mathbf{v}$ is $n$-dimensional", "v: n x 1 ; w: d x 1"),
    (r"an $n$-vector $x$", "x: n x 1"),
    (r"a column vector $b$ of length $n$", "b: n x 1"),
    (r"Let $x$ be a vector of length $n$.", "x: n x 1"),
    (r"matrices $A$ and $B$ of size $n\times k$", "A: n x k ; B: n x k"),
    (r"a row vector $r$", "r: (row)"),
    (r"a scalar $\alpha$", "alpha: 1 x 1"),
    (r"real numbers $a$ and $b$", "a: 1 x 1 real ; b: 1 x 1 real"),
    (r"a square matrix $A$ of order $n$", "A: n x n square"),
    (r"Let \mathbf{x} be a vector in $\mathbb{R}^n$.", "x: n x 1"),
    (r"vectors $u$ and $v$ in $\mathbb{R}^k$", "u: k x 1 ; v: k x 1"),
    (r"Σ is an m×n matrix", "Sigma: m x n"),
    (r"an $n\times d$ matrix $X$ and a vector $y$", "X: n x d ; y: (column)"),
]
FACTS = [
    (rf"Let $A{M}$ be symmetric.", "A: n x n symmetric"),
    (r"Let $A$ be symmetric positive definite.", "A: positive_definite"),
    (r"a symmetric positive definite matrix $A$", "A: positive_definite"),
    (r"symmetric, positive-definite $A$", "A: symmetric positive_definite"),
    (rf"The covariance $\Omega{M}$ is symmetric positive definite.", "Omega: n x n positive_definite"),
    (r"$A$ and $B$ are invertible", "A: invertible ; B: invertible"),
    (r"Suppose that $A$, $B$ and $C$ are non-singular.", "A: invertible ; B: invertible ; C: invertible"),
    (rf"Let $A{M}$ and $C\in\mathbb{{R}}^{{k\times k}}$ be invertible.", "A: n x n invertible ; C: k x k invertible"),
    (r"with an invertible $C$", "C: invertible"),
    (r"with $A$ symmetric and $B$ diagonal", "A: symmetric ; B: diagonal"),
    (r"where $Q$ is orthogonal", "Q: orthogonal"),
    (r"Here, $U$ and $V$ are orthonormal square matrices.",
     "U: orthonormal_columns square orthogonal ; V: orthonormal_columns square orthogonal"),
    (r"Let $X$ have full column rank.", "X: injective"),
    (r"$X\in\mathbb{R}^{n\times k}$ has full column rank $k < n$", "X: n x k injective ; k < n"),
    (r"$U\in\mathbb{R}^{n\times r}$ and $V\in\mathbb{R}^{m\times r}$, both of full column rank",
     "U: n x r injective ; V: m x r injective"),
    (r"Let $X\in\mathbb{R}^{n\times d}$ have rank $d$.", "X: n x d injective"),
    (r"Let $X\in\mathbb{R}^{n\times d}$ have rank $r$.", "X: n x d"),
    (r"Let $A\in\mathbb{R}^{m\times n}$ be of full row rank.", "A: m x n surjective"),
    (r"a tall matrix $X$", "X: tall"),
    (r"a matrix $X$ with linearly independent columns", "X: injective"),
    (r"Suppose $Q$ has orthonormal columns.", "Q: orthonormal_columns"),
    (r"Let $u$ be a unit vector.", "u: orthonormal_columns"),
    (r"let $\mathbf{1}$ be the all-ones vector", "1: ones"),
    (r"$\mathbf{1}_B\in\mathbb{R}^B$ is the all-ones vector", "1_B: B x 1 ones"),
    (r"where $e_i$ is the $i$-th standard basis vector", "e_i: basis"),
    (r"a positive number $c$", "c: 1 x 1 positive real"),
    (r"for a positive scalar $\lambda$", "if lambda: positive ; lambda: 1 x 1"),
    (r"Let $K$ be skew-symmetric.", "K: skew_symmetric"),
    (r"Let $L$ be lower triangular.", "L: lower_triangular"),
    (r"Let $P$ be an orthogonal projector.", "P: symmetric idempotent"),
    (r"Let $P$ be a projection matrix.", "P: idempotent"),
    (r"Suppose that $A+UCV$ and $C^{-1}+VA^{-1}U$ are invertible as well.",
     "A+UCV: invertible ; C^{-1}+VA^{-1}U: invertible"),
    (r"Assume that $X^TX$ is invertible.", "X^TX: invertible"),
    (r"Given a diagonal matrix $D$ with positive entries", "D: diagonal"),
    (r"Since $A$ is symmetric, $x^TAx$ is simple.", "A: symmetric"),
    (r"The matrix $A$, which is symmetric, is given.", "A: symmetric"),
    (r"$\Sigma\succ 0$", "Sigma: positive_definite"),
    (r"Let $W\succeq 0$.", "W: positive_semidefinite"),
    (r"a nonzero vector $v$", "v: nonzero"),
    (rf"Let $D{M}$ be a diagonal matrix and $\Sigma\in\mathbb{{R}}^{{m\times n}}$ be diagonal.",
     "D: n x n diagonal ; Sigma: m x n rectangular_diagonal"),
    (r"Let $A$ be a full-rank matrix.", "A: fullrank"),
    (r"$A$ is symmetric, and $B$ is invertible.", "A: symmetric ; B: invertible"),
    (r"Let $A$ be a symmetric and $B$ an orthogonal matrix.", "A: symmetric ; B: orthogonal"),
    (r"$A$ is not symmetric, but $B$ and $C$ are arbitrary. Let $C$ be invertible.", "C: invertible"),
    (r"a random vector $z$ and a symmetric matrix $S$", "S: symmetric ; z: (column)"),
    (r"We assume throughout that $H$ is positive definite.", "H: positive_definite"),
    (r"Recall that $U$ and $V$ are orthogonal.", "U: orthogonal ; V: orthogonal"),
    (r"the vector $u$ is orthogonal to $v$", "u: (column)"),
    (r"The columns of $X$ are orthonormal.", "X: orthonormal_columns"),
    (r"As $A$ is symmetric, we have $A^T = A$.", "A: symmetric"),
    (r"Let $K$ be the kernel matrix, which is positive semidefinite.", "K: positive_semidefinite"),
    (r"where $R$ is the (positive definite) noise covariance", "R: positive_definite"),
    (r"the (symmetric) matrix $A$", "A: symmetric"),
    (r"Let $A$ and $B$ be commuting symmetric matrices.", "A: symmetric ; B: symmetric"),
    (r"Let $X$ be an $n\times d$ matrix whose columns are orthonormal.", "X: n x d orthonormal_columns"),
    (r"Let $X$ have more rows than columns.", "X: tall"),
    (r"Let $A\in\mathbb{R}^{m\times n}$ with $\operatorname{rank}(A) = n$.",
     r"A: m x n injective ; \operatorname{rank}(A) = n"),
    (r"In this section $A$ denotes a symmetric $n\times n$ matrix.", "A: n x n symmetric"),
    (r"We write $\mathbf{1}\in\mathbb{R}^n$ for the vector of ones.", "1: n x 1 ones"),
    (r"$X$: an $n \times d$ matrix of inputs", "X: n x d"),
    (r"$X$ ($n\times d$) and $w$ ($d\times1$) are given.", "X: n x d ; w: d x 1"),
    (r"Let $A=A^\top\in\mathbb{R}^{n\times n}$.", "A: n x n symmetric"),
    (r"Suppose $A^{-1}$ exists.", "A: invertible"),
    (r"where the inverse of $A+B$ exists", "A+B: invertible"),
    (r"with positive weights $w_1,\dots,w_n$", "w[]: 1 x 1 positive ; w_1: 1 x 1 positive ; w_n: 1 x 1 positive"),
    (r"Assume that both $A$ and $B$ are nonsingular.", "A: invertible ; B: invertible"),
    (r"Let $D_1$ and $D_2$ be diagonal matrices with positive diagonal entries.", "D_1: diagonal ; D_2: diagonal"),
    (r"Let $\mathbf{X}$ denote the $n \times p$ design matrix and $y$ the response.", "X: n x p"),
    (r"$M$ is assumed to be positive definite.", "M: positive_definite"),
    (r"The matrix $M$ is taken to be symmetric.", "M: symmetric"),
    (r"Let $V = [v_1, v_2] \in \mathbb{R}^{n \times r}$ have orthonormal columns.", "V: n x r orthonormal_columns"),
    (r"Fix a symmetric matrix $S$.", "S: symmetric"),
    (r"for every symmetric matrix $S$", "if S: symmetric"),
]  # fmt: skip
NOTHING = [
    r"$M$ cannot be assumed to be symmetric.",
    r"$M$ is not assumed to be symmetric.",
    r"For $A$ to be invertible, much is needed.",
    r"Suppose that either $A$ or $B$ is invertible.",
    r"Suppose $A$ is invertible or $B$ is.",
    r"Let $A$ be symmetric or skew-symmetric.",
    r"$A$ is invertible unless $\lambda = 0$.",
    r"Even if $A$ is not symmetric, $A + A^T$ is symmetric.",
    r"The symmetric part of $A$ is $(A+A^T)/2$.",
    r"It is easy to see that $A$ is invertible.",
    r"A matrix $A$ is called orthogonal if $A^TA = I$.",
    r"A matrix is symmetric if $A = A^T$.",
    r"Recall that a matrix $Q$ is orthogonal when $Q^TQ = I$.",
    r"We call $A$ symmetric if $A^T = A$.",
    r"Put differently, $A = B$.",
    r"Let us check that $A = B$.",
    r"Let us now compute $A^TA = B$.",
    r"Take the transpose: $A^T = A$.",
    r"Setting $\nabla f(w) = 0$ gives the normal equations $X^TXw = X^Ty$.",
    r"Set the derivative $2Aw - b = 0$.",
    r"The normal equations are $X^TXw = X^Ty$.",
    r"$P$ satisfies $P^2 = P$.",
    r"Letting $\lambda \to \infty$ yields zero.",
    r"The scalar $x^TAx$ is positive.",
    r"e.g. $n = 3$",
    r"Assume all inverses exist.",
    r"The inverse of $A$ exists.",
    r"Suppose that there is no invertible matrix $T$.",
    r"Suppose now that $X$ is not of full rank.",
    r"Let $p$ be the number of features.",
    r"The rank of $X$ is full.",
    r"$c$ is the positive element of $v$.",
    r"$A$ need not be symmetric.",
    r"$A$ is not invertible.",
    r"$A$ isn't symmetric.",
    r"Note that $A$ is not necessarily symmetric.",
    r"Neither $A$ nor $B$ is symmetric.",
    r"$A$ is neither symmetric nor invertible.",
    r"No $A$ is orthogonal.",
    r"Show that $A$ is symmetric.",
    r"Prove that $B$ is positive definite.",
    r"Is $A$ symmetric?",
    r"When is $A$ invertible?",
    r"Then $A$ is symmetric.",
    r"Hence $\Sigma$ is diagonal.",
    r"It follows that $X$ has full rank.",
    r"Decide whether $A$ is symmetric.",
    r"$A$ is symmetric if and only if $B$ is.",
    r"The inverse of $A$ is symmetric.",
    r"The product of $A$ and $B$ is symmetric.",
    r"All eigenvalues of $A$ are positive.",
    r"The rank of $X$ is full rank.",
    r"The product $AB$ is symmetric.",
    r"$\lambda$ is a positive multiple of $\mu$",
    r"$A$ would be symmetric.",
    r"$A$ might be singular, it may be invertible.",
    r"$A$ cannot be invertible.",
    r"Suppose, for contradiction, that $A$ is invertible.",
    r"We do not assume that $A$ is symmetric.",
    r"without assuming that $A$ is symmetric",
    r"This makes $A$ symmetric.",
    r"Unless $A$ is symmetric, this fails.",
    r"What happens when $\lambda \to 0$?",
    r"as $\lambda\to\infty$ the solution tends to zero",
    r"plugging in $\lambda = 0$ directly",
    r"so we get $\lambda > 0$",
    r"which shows that $n > d$",
    r"It costs $5 and $6.",
    r"A is a letter.",
    r"I have a matrix.",
    r"We see that $A = A^T$.",
    r"Using $U^TU = I$ we find the result.",
    r"because $V^TV = I$",
    r"This gives $w = X^Ty$.",
    r"the diagonal $D$ of it",
    r"the negative $x$",
    r"a prime does not denote the transpose",
    r"The derivative of this scalar will be a row vector.",
    r"x_i' does not denote the $i$-th row of $X$",
    r"the step size $\lambda$ and the bias $b$",
    r"Clearly $A$ should be symmetric.",
]
CONDITIONAL = [
    (r"$A$ is invertible if $\lambda \neq 0$.", r"if \lambda \neq 0"),
    (r"If we assume that $A$ is symmetric, we get $B$.", "if A: symmetric"),
    (r"This is only valid if $A$ is invertible.", "if A: invertible"),
    (r"With $\lambda = 0$ we recover the rest.", r"if \lambda = 0"),
    (r"Let $\lambda > 0$. Taking $\lambda = 0$ gives OLS.", r"if \lambda = 0 ; \lambda > 0"),
    (r"If $X$ does not have full column rank, then $X^TX$ is singular.", ""),
    (r"The Hessian $H$ is positive definite when $X$ has full column rank.", "if X: injective"),
    (r"If $A$ is symmetric, then $B$ is symmetric.", "if A: symmetric"),
    (r"When $X$ is tall, the solution is unique.", "if X: tall"),
    (r"This is $2Ax$ if $A$ is symmetric.", "if A: symmetric"),
    (r"For symmetric $A$ this becomes $2Ax$.", "if A: symmetric"),
    (r"If $A = A^T$, the gradient is $2Ax$.", "if A = A^T"),
    (r"For $n > d$ it is overdetermined.", "if n > d"),
    (r"Consider the case where $m > n$.", "if m > n"),
    (r"Suppose first that $A$ is diagonal.", "if A: diagonal"),
    (r"in the case when $n < d$", "if n < d"),
    (r"If the errors are uncorrelated, that is $\Omega = I$, it is simple.", r"if \Omega = I"),
    (r"Whenever $B$ is invertible, $AB$ is.", "if B: invertible"),
]
ASSUMED = [
    (r"given weights $w$, step size $\eta > 0$", r"\eta > 0"),
    (r"with $\lambda > 0$", r"\lambda > 0"),
    (r"let $r$ be the residual, and $\lambda > 0$ the damping", r"\lambda > 0"),
    (r"Assume $g \neq 0$.", r"g \neq 0"),
    (r"Suppose $A = A^T$.", "A = A^T"),
    (r"(tall, $m > n$)", "m > n"),
    (r"where $0 < \alpha < 1$", r"0 < \alpha < 1"),
    (r"Assume $\|q\| = 1$.", r"\|q\| = 1"),
    (r"Let $Q$ be such that $Q^TQ = I$.", "Q^TQ = I"),
    (r"Assume $n \ge d$ and $\lambda > 0$.", r"\lambda > 0 ; n \ge d"),
    (r"where $U^TU = I$", "U^TU = I"),
    (r"Factor its inverse as $\Omega^{-1} = C'C$.", r"\Omega^{-1} = C'C"),
    (r"Provided that $\sigma > 0$, it exists.", r"\sigma > 0"),
]
DEFINED = [
    (r"Let $S = HPH^T$ be the covariance and $K = PH^TS^{-1}$ the gain.", "def S = HPH^T ; def K = PH^TS^{-1}"),
    (r"Consider $y = Ax + b$, where $b$ is fixed.", "def y = Ax + b"),
    (r"Define the error as $e = y - Xw$, so $e^Te = f$.", "def e = y - Xw"),
    (r"let $f(w) = \|Xw-y\|^2$", r"def f(w) = \|Xw-y\|^2"),
    (r"where $H = X(X^TX)^{-1}X^T$", r"def H = X(X^TX)^{-1}X^T"),
    (r"set $P = AA^T$", "def P = AA^T"),
    (r"put $\tilde X = CX$ and $\tilde y = Cy$", r"def \tilde X = CX ; def \tilde y = Cy"),
    (r"Call this matrix $B = X^TX$.", "def B = X^TX"),
    (r"With $g = J^Tr$, the model is simple.", "def g = J^Tr"),
    (r"The model is $y = X\beta + u$.", r"def y = X\beta + u"),
    (r"The loss is $L = \|Y-T\|_F^2$.", r"def L = \|Y-T\|_F^2"),
    (r"We write $S = X^TX$.", "def S = X^TX"),
    (r"Define $M := I - P$.", "def M := I - P"),
    (r"take $A=\sigma^2I_n$, $C=I_k$, $U=Z$ and $V=Z^T$", r"def A=\sigma^2I_n ; def C=I_k ; def U=Z ; def V=Z^T"),
    (r"is mapped to $Y = XW$", "def Y = XW"),
    (r"Let $\mathbf{f} = A\mathbf{x}$.", r"def \mathbf{f} = A\mathbf{x}"),
    (r"the loss $L_\lambda = L + \frac{\lambda}{2}\|W\|^2$ with $\lambda>0$",
     r"\lambda>0 ; def L_\lambda = L + \frac{\lambda}{2}\|W\|^2"),
    (r"We introduce the shorthand $E = XW - Y$.", "def E = XW - Y"),
]  # fmt: skip
PARTS = [
    (r"We follow the convention that $\partial f/\partial x$ is a row vector.", "rows"),
    (r"Let $X$ be a matrix whose rows are $x_i^\top$.", "X: (matrix) ; x_i: row of X upright"),
    (
        r"points $x_1,\dots,x_n\in\mathbb{R}^d$ stacked as the rows of $X$",
        "x[]: d x 1 ; x_1: d x 1 ; x_n: d x 1 ; x_i: row of X upright",
    ),
    (r"the transpose of $A$ is written $A'$", "prime is transpose"),
    (r"Here $A'$ is the transpose of $A$.", "prime is transpose"),
    (r"The symbol $'$ stands for transposition.", "prime is transpose"),
    (r"where $x_i'$ denotes the $i$-th row of $X$", "x_i: row of X upright"),
    (r"with $g_i^\top$ the $i$-th row of $G$", "g_i: row of G upright"),
    (r"Let $a_j$ be the $j$-th column of $A$.", "a_j: (column) ; a_j: column of A"),
    (r"with columns $a_1,\dots,a_n$ of $A$", "a_i: column of A"),
    (r"the rows of $X$ are $x_1^T,\dots,x_n^T$", "x_i: row of X upright"),
    (r"$X$ with rows $x_i^T$", "x_i: row of X upright"),
    (r"Denote the $i$-th row of $X$ by $x_i^\top$.", "x_i: row of X upright"),
    (r"where $\hat x_i$ are rows of $\hat X$", "hat x_i: row of hat X"),
    (
        r"$\Sigma$ is a diagonal matrix with singular values $\sigma_i$",
        "Sigma: diagonal ; sigma_i: singular value of Sigma",
    ),
    (r"Let $X = U\Sigma V^T$ be the full SVD of $X$.", r"svd full: X = U\Sigma V^T"),
    (r"$X = U\Sigma V^T$ is the (full) SVD of $X$", r"svd full: X = U\Sigma V^T"),
    (r"the thin SVD $X = U S V^T$", "svd thin: X = U S V^T"),
    (r"the thin singular value decomposition of $X$ is $X = USV^T$", "svd thin: X = USV^T"),
    (r"the QR decomposition $A = QR$", "qr: A = QR"),
    (r"with Cholesky factorization $A = LL^T$", "cholesky: A = LL^T"),
    (r"the eigendecomposition $A = Q\Lambda Q^T$", r"eigen: A = Q\Lambda Q^T"),
    (r"A prime denotes the transpose throughout.", "prime is transpose"),
    (r"Transposes are written with a prime.", "prime is transpose"),
    (r"We use numerator layout.", "rows"),
    (r"By convention the derivative of a scalar is a row vector.", "rows"),
    (r"Gradients are column vectors.", "columns"),
    (r"The gradients have the shapes of $U$ and of $V$.", "shape"),
    (r"All derivatives are laid out in the shape of the variable.", "shape"),
    (r"All norms are Euclidean.", "euclidean"),
]
TABLE = [*SHAPES, *FACTS, *CONDITIONAL, *ASSUMED, *DEFINED, *PARTS, *((text, "") for text in NOTHING)]


@pytest.mark.parametrize("text, expected", TABLE, ids=[text for text, _ in TABLE])
def test_a_sentence_declares(text: str, expected: str) -> None:
    prose = read(text)
    wanted = filter(None, expected.split(" ; "))
    assert sorted(map(unordered, described(prose.records, text))) == sorted(map(unordered, wanted))


def at(prose: Prose, text: str, marker: str) -> list[str]:
    """What holds where `marker` stands."""
    return described(prose.at(text.index(marker)), text)


def test_a_problem_forgets_the_one_before_it() -> None:
    text = r"""All matrices are real.

# Problem 1
Let $X\in\mathbb{R}^{m\times n}$ have full column rank and $\lambda > 0$. ONE

# Problem 2
Let $X\in\mathbb{R}^{n\times d}$. TWO
"""
    prose = read(text)
    assert at(prose, text, "ONE") == ["X: m x n injective", r"\lambda > 0"]
    assert at(prose, text, "TWO") == ["X: n x d"]


def test_what_stands_before_the_first_problem_holds_in_all() -> None:
    text = "Let $A$ be symmetric.\n\n**Problem 1.** ONE\n\nLet $B$ be diagonal.\n\n**Problem 2.** TWO\n"
    prose = read(text)
    assert at(prose, text, "TWO") == ["A: symmetric"]


def test_sections_and_parts_inherit() -> None:
    text = (
        "\\section{Model} Let $A$ be symmetric.\n\\section{Result}\n\\begin{enumerate}\\item[(a)] ONE\\end{enumerate}"
    )
    prose = read(text, "tex")
    assert at(prose, text, "ONE") == ["A: symmetric"]


def test_cases_end_with_the_next_one() -> None:
    text = r"""(a) Consider the case where $m > n$. ONE

Solution: TWO

(b) Now consider the case where $m < n$. THREE

(c) FOUR
"""
    prose = read(text)
    assert at(prose, text, "TWO") == ["if m > n"]
    assert at(prose, text, "THREE") == ["if m < n"]
    assert at(prose, text, "FOUR") == []


def test_an_if_ends_with_its_paragraph_but_reaches_its_display() -> None:
    text = (
        "If $A$ is symmetric, the gradient is\n\n$$\\nabla f = 2Ax, $$\n\nand ONE follows. TWO\n\nA new start. THREE\n"
    )
    prose = read(text)
    assert at(prose, text, "ONE") == ["if A: symmetric"]
    assert at(prose, text, "TWO") == ["if A: symmetric"]
    assert at(prose, text, "THREE") == []


def test_an_if_in_a_statement_reaches_its_solution() -> None:
    text = "(a) Show that if $A$ is symmetric, then $A^2$ is.\n\nSolution: ONE\n\n(b) TWO\n"
    prose = read(text)
    assert at(prose, text, "ONE") == ["if A: symmetric"]
    assert at(prose, text, "TWO") == []


def test_a_theorem_keeps_its_assumptions_until_its_proof_is_done() -> None:
    text = (
        "\\begin{theorem} Let $A$ be symmetric.\\end{theorem}\n\\begin{proof} ONE \\end{proof}\nTWO\n"
        "\\begin{example} Let $B$ be diagonal.\\end{example} THREE"
    )
    prose = read(text, "tex")
    assert at(prose, text, "ONE") == ["A: symmetric"]
    assert at(prose, text, "TWO") == []
    assert at(prose, text, "THREE") == []


def test_what_is_supposed_for_a_part_ends_with_it_and_what_is_let_stays() -> None:
    text = "(a) Let $B$ be diagonal. Suppose that $A = I$. ONE\n\n(b) TWO\n"
    prose = read(text)
    assert at(prose, text, "ONE") == ["A = I", "B: diagonal"]
    assert at(prose, text, "TWO") == ["B: diagonal"]


def test_a_new_size_ends_what_was_known_of_a_name() -> None:
    text = rf"Let $A{M}$ be symmetric. ONE. Let $A\in\mathbb{{R}}^{{m\times n}}$. TWO"
    prose = read(text)
    assert at(prose, text, "ONE") == ["A: n x n symmetric"]
    assert at(prose, text, "TWO") == ["A: m x n"]


def test_a_range_ends_one_that_it_contradicts() -> None:
    text = "Assume $n > d$. ONE\n\nAssume now $n < d$. TWO"
    prose = read(text)
    assert at(prose, text, "ONE") == ["n > d"]
    assert at(prose, text, "TWO") == ["n < d"]


def test_an_example_keeps_the_values_it_takes() -> None:
    text = "Let $A$ be invertible.\n\n**Example.** Take $A = I$. ONE\n\nTWO\n\n## More\n\nTHREE"
    prose = read(text)
    assert at(prose, text, "TWO") == ["A: invertible", "def A = I"]
    assert at(prose, text, "THREE") == ["A: invertible"]


def test_a_claim_about_a_defined_name_is_no_fact() -> None:
    text = "Set $$P = X(X^TX)^{-1}X^T.$$ The matrix $P$ is symmetric. The matrix $S$ is symmetric."
    assert [item for item in described(read(text).records, text) if "symmetric" in item] == ["S: symmetric"]


def test_facts_of_names_of_known_shape() -> None:
    text = r"Let $u\in\mathbb{R}^n$. Here $u$ is orthogonal. Let $X\in\mathbb{R}^{n\times d}$ be symmetric."
    assert described(read(text).records, text) == ["X: n x d", "u: n x 1"]


def test_check_comments_declare_and_their_mistakes_are_told() -> None:
    text = "% check: A, B: n x n symmetric; lambda > 0\n$AB$\n% check: C: wobbly\nEnd."
    prose = read(text, "tex")
    assert described(prose.records, text) == ["A: n x n symmetric", "B: n x n symmetric", "lambda > 0"]
    ((place, message),) = prose.errors
    assert "'wobbly'" in message and text[place:].lstrip().startswith("C: wobbly")


def test_macros_and_comments_in_the_source() -> None:
    text = (
        "\\newcommand{\\R}{\\mathbb{R}}\n\\begin{document}\nLet $x \\in \\R^n$ % not $y \\in \\R^n$\n be given.\n"
        "\\begin{verbatim}Let $z \\in \\R^n$\\end{verbatim}\n\\end{document}"
    )
    assert described(read(text, "tex").records, text) == ["x: n x 1"]


def test_code_declares_nothing() -> None:
    text = "```\nLet $x \\in \\mathbb{R}^n$.\n```\nand `$A \\in \\mathbb{R}^{n}$` and $y \\in \\mathbb{R}^n$."
    assert described(read(text).records, text) == ["y: n x 1"]


# What the words around the one formula with a relation make of it.
ROLES = [
    ("The constraint is $Ax = b$.", "condition"),
    ("Setting the gradient to zero gives\n$$w = A^{-1}b$$", "claim"),
    ("Setting the gradient to zero gives\n$$Aw = b$$", "condition"),
    ("Loss:\n\n$$f(U) = \\|U\\|^2$$", "definition"),
    ("Setting $2Aw = b$ is enough.", "condition"),
    ("$P$ satisfies $P^2 = P$.", "unknown"),
    ("Let us now compute $A^TA = B$.", "unknown"),
    ("Let $A = B$.", "definition"),
    ("set\n\n$$P = AA^T$$", "definition"),
    ("The model for a step is\n$$q(p) = p^Tp$$", "definition"),
    ("Define the loss\n$$L(w) = w^Tw$$", "definition"),
    ("so we get $A = B$", "claim"),
    ("Then\n$$A = B$$", "claim"),
    ("Show that $A = B$.", "claim"),
    ("since $A = B$", "claim"),
    ("which gives\n$$A = B.$$", "claim"),
    ("we set the gradient to zero:\n$$2Aw - b = 0$$", "condition"),
    ("$w$ must satisfy\n$$Aw = b$$", "condition"),
    ("minimise it subject to $Aw = b$", "condition"),
    ("We solve the equation $Aw = b$.", "condition"),
    ("Suppose that $A = B$.", "assumption"),
    ("If $A = B$, fine.", "assumption"),
    ("Its gradient is\n$$\\nabla q(p) = g$$", "unknown"),
    ("It is not the case that $A = B$.", "unknown"),
    ("Inserting the model for $y$,\n$$a - b = c$$", "claim"),
    ("Putting everything together,\n$$e = f$$", "unknown"),
]


@pytest.mark.parametrize("text, role", ROLES, ids=[text for text, _ in ROLES])
def test_role_of_a_formula(text: str, role: str) -> None:
    prose = read(text)
    related = [f for f in prose.rows if any(chain.signs for row in prose.rows[f] for chain in row.chains)]
    assert [prose.role_of(formula) for formula in related] == [role]


def test_every_formula_is_parsed_once() -> None:
    source = read_source("$a$ and $$b = c$$", "md")
    assert set(read_prose(source).rows) == {p for p in source.passages if isinstance(p, Formula)}


@pytest.mark.parametrize(
    "unit",
    ["Let $A$ be symmetric. ", "$A$ and ", "symmetric ", "positive definite matrix $A$, ", "a", "$", "( ", "if "],
)
def test_long_texts_are_read_in_linear_time(unit: str) -> None:
    read(unit * (30_000 // len(unit)))
