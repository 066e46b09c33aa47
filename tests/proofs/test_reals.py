"""Signs of quotients of polynomials: what is true is proved, what is false is refuted at an exact point."""

import json
import random
from fractions import Fraction
from typing import Any

import pytest
from sympy import Abs, Eq, Ge, Gt, Le, Lt, Ne, Q, Rational, Symbol, symbols

from proofs import Claim, prove, replay
from proofs.absolute import without_absolute_values
from proofs.laurent import Poly, product, total
from proofs.refute import instance, refute
from proofs.smt import Model, combination

a, b, c, d, p, q, r, t, w, x, y, z = (Symbol(name, real=True) for name in "abcdpqrtwxyz")
lam, L, mu, beta = (Symbol(name, positive=True) for name in ("lambda", "L", "mu", "beta"))
P = Q.positive

# Squares; means; quadratics by their discriminant; step sizes; order of reciprocals; equations among the hypotheses.
TRUE: list[tuple[Any, list[Any]]] = [
    (Claim(x**2+1,2*x,">="),[]),
    (Claim(a*b,0,">"),[P(a),P(b)]),
    (Claim(1/(1+x),1-x,">="),[Gt(x,0)]),
    (Claim(1/(1+x),1-x,">="),[Gt(x,-1)]),
    (Claim((a+b)/2,2*a*b/(a+b),">="),[P(a),P(b)]),
    (Claim((a+b)**2,4*a*b,">="),[]),
    (Claim(a**3+b**3+c**3,3*a*b*c,">="),[P(a),P(b),P(c)]),
    (Claim(a**4+b**4+c**4+d**4,4*a*b*c*d,">="),[]),
    (Claim(a**2+b**2+c**2,a*b+b*c+c*a,">="),[]),
    (Claim((a+b+c)**2,3*(a*b+b*c+c*a),">="),[]),
    (Claim((a**2+b**2)*(c**2+d**2),(a*c+b*d)**2,">="),[]),
    (Claim((a**2+b**2)*(c**2+d**2),(a*c-b*d)**2,">="),[]),
    (Claim(a/b+b/a,2,">="),[P(a),P(b)]),
    (Claim(a+1/a,2,">="),[P(a)]),
    (Claim(a*x**2+b*x+c,0,">"),[P(a),Gt(4*a*c-b**2,0)]),
    (Claim(a*x**2+b*x+c,0,">="),[P(a),Ge(4*a*c-b**2,0)]),
    (Claim(x**2-4*x+5,0,">"),[]),
    (Claim(x**4-2*x**2+1,0,">="),[]),
    (Claim(x**2+x*y+y**2,0,">="),[]),
    (Claim(x**2+x*y+y**2+1,0,">"),[]),
    (Claim((1-lam*L)**2,1,"<"),[Lt(lam,2/L)]),
    (Claim((1-lam*L)**2,1,"<"),[Lt(lam*L,2)]),
    (Claim((1-lam*mu)**2,(1-lam*L)**2,">="),[Le(mu,L),Le(lam*L,1)]),
    (Claim((1-lam*L)*x**2,x**2,"<="),[]),
    (Claim(x-lam*L*x,0,">"),[P(x),Lt(lam*L,1)]),
    (Claim(L*(x-lam*L*x)**2/2,L*x**2/2,"<"),[P(x),Lt(lam*L,2)]),
    (Claim(L*(x-lam*L*x)**2/2,L*x**2/2,"<"),[Q.nonzero(x),Lt(lam*L,2)]),
    (Claim(1+beta-lam*L,-(1+beta),">"),[Lt(lam*L,2*(1+beta))]),
    (Claim(x*(1-x),Rational(1,4),"<="),[]),
    (Claim(x**3,x,">"),[Gt(x,1)]),
    (Claim(x**3-1,3*(x-1),">="),[Gt(x,0)]),
    (Claim((1+x)**3,1+3*x,">="),[Ge(x,-1)]),
    (Claim((1+x)**4,1+4*x,">="),[]),
    (Claim((1+x)**2,1+2*x,">="),[]),
    (Claim(a/(1+a),b/(1+b),"<"),[P(a),Lt(a,b)]),
    (Claim(x/(1+x**2),Rational(1,2),"<="),[]),
    (Claim(1/a,1/b,">"),[P(a),Lt(a,b)]),
    (Claim(a*c,b*c,"<"),[Lt(a,b),P(c)]),
    (Claim(a*c,b*c,">"),[Lt(a,b),Q.negative(c)]),
    (Claim(a+c,b+d,"<"),[Lt(a,b),Le(c,d)]),
    (Claim(a**2,b**2,"<"),[P(a),Lt(a,b)]),
    (Claim(a,b,"<"),[P(a),P(b),Lt(a**2,b**2)]),
    (Claim(x,0,">"),[P(a),Gt(a*x,0)]),
    (Claim(x*y,1,"<="),[Eq(x+y,2)]),
    (Claim(x**2+y**2,2,">="),[Eq(x+y,2)]),
    (Claim(x*y*z,1,"<="),[P(x),P(y),P(z),Eq(x+y+z,3)]),
    (Claim(a*b+b*c+c*a,Rational(1,3),"<="),[Eq(a+b+c,1)]),
    (Claim((a+b)*(b+c)*(c+a),8*a*b*c,">="),[P(a),P(b),P(c)]),
    (Claim(a/(b+c)+b/(c+a)+c/(a+b),Rational(3,2),">="),[P(a),P(b),P(c)]),
    (Claim(x**2*y**2+x**2+y**2+1,4*x*y,">="),[]),
    (Claim(x**4+y**4,x**3*y+x*y**3,">="),[]),
    (Claim(x**6+y**6,x**5*y+x*y**5,">="),[]),
    (Claim(2*x**2+2*y**2+2*x*y+1,0,">"),[]),
    (Claim((p*a+q*b)**2,p*a**2+q*b**2,"<="),[P(p),P(q),Eq(p+q,1)]),
    (Claim(a*t+b*(1-t),a,">="),[Ge(t,0),Le(t,1),Le(a,b)]),
    (Claim(x+y,1,">"),[Gt(x,1),Gt(y,0)]),
    (Claim(x*y,1,">"),[Gt(x,1),Gt(y,1)]),
    (Claim(x*y+1,x+y,">"),[Gt(x,1),Gt(y,1)]),
    (Claim(x*y+1,x+y,">"),[Lt(x,1),Lt(y,1)]),
    (Claim(x,Rational(1,2)*(x**2+1),"<="),[]),
    (Claim(1/x**2,0,">"),[Q.nonzero(x)]),
    (Claim(x**2/(1+x**2),1,"<"),[]),
    (Claim(lam/(lam+x**2),1,"<="),[]),
    (Claim(x/(x**2+lam),1/x,"<"),[P(x)]),
    (Claim(x**2-x*y+y**2,(x+y)**2/4,">="),[]),
    (Claim(Gt(x**2,y**2),Gt(x,y),"iff"),[P(x),P(y)]),
    (Claim(Gt(a*b,0),Gt(b,0),"iff"),[P(a)]),
    (Claim(Gt(1/a,1/b),Gt(b,a),"iff"),[P(a),P(b)]),
    (Claim(x**4+x+1,0,">"),[]),
    (Claim(2*x**4-3*x**2+2*x+1,0,">="),[Ge(x,0)]),
    (Claim(Abs(a),Abs(b),"<"),[P(a),Lt(a,b)]),
    (Claim(Abs(w-lam*x),Abs(w),"<"),[P(w),P(x),Lt(lam*x,2*w)]),
    (Claim(Abs(x),1,"<"),[Gt(x,-1),Lt(x,1)]),
    (Claim(x,1,"<"),[Lt(Abs(x),1)]),
    (Claim(a,b,"!="),[Lt(a,b)]),
    (Claim(x*y*z,1,"<="),[P(x),P(y),Eq(x+y+z,3)]),
]  # fmt: skip

FALSE: list[tuple[Any, list[Any]]] = [
    (Claim(x**2+1,2*x,">"),[]),
    (Claim(1/(1+x),1-x,">"),[Gt(x,-1)]),
    (Claim(1/(1+x),1-x,">="),[]),
    (Claim(a**3+b**3+c**3,3*a*b*c,">="),[]),
    (Claim(a*x**2+b*x+c,0,">"),[P(a),Ge(4*a*c-b**2,0)]),
    (Claim(a*x**2+b*x+c,0,">"),[Gt(4*a*c-b**2,0)]),
    (Claim((1-lam*L)**2,1,"<"),[Lt(lam,3/L)]),
    (Claim(a/(1+a),b/(1+b),"<"),[Lt(a,b)]),
    (Claim(1/a,1/b,">"),[Lt(a,b)]),
    (Claim(a*c,b*c,"<"),[Lt(a,b)]),
    (Claim(a**2,b**2,"<"),[Lt(a,b)]),
    (Claim(a,b,"<"),[Lt(a**2,b**2)]),
    (Claim(x**3,x,">"),[Gt(x,Rational(99,100))]),
    (Claim((1+x)**3,1+3*x,">="),[Ge(x,-4)]),
    (Claim(x**2-2*x+Rational(9999,10000),0,">="),[]),
    (Claim(x*y,1,">"),[Gt(x,1)]),
    (Claim(x*(1-x),Rational(249,1000),"<="),[]),
    (Claim((1-lam*L)**2,Rational(999999,1000000),"<"),[Lt(lam*L,2)]),
    (Claim(1000000*x**2-x,0,">="),[]),
    (Claim(x**4-x+Rational(47,100),0,">"),[]),
    (Claim(Abs(w-lam*x),Abs(w),"<"),[P(w),P(x)]),
]  # fmt: skip


def name_of(case: tuple[Any, list[Any]]) -> str:
    return f"{case[0]} given {case[1]}"


@pytest.mark.parametrize("case", TRUE, ids=map(name_of, TRUE))
def test_what_is_true_is_proved(case: tuple[Any, list[Any]]) -> None:
    claim, given = case
    verdict = prove(claim, given=given)
    assert verdict.status == "proved", verdict.reason
    assert verdict.conditions == () and replay(json.dumps(verdict.certificate))


@pytest.mark.parametrize("case", FALSE, ids=map(name_of, FALSE))
def test_what_is_false_is_refuted_at_a_point(case: tuple[Any, list[Any]]) -> None:
    claim, given = case
    verdict = prove(claim, given=given)
    assert verdict.status == "refuted" and verdict.counterexample is not None and verdict.counterexample.exact
    at = verdict.counterexample.values
    holds = {">": Gt, ">=": Ge, "<": Lt, "<=": Le, "!=": Ne}
    assert not holds[claim.relation](
        claim.lhs.subs(at), claim.rhs.subs(at) if hasattr(claim.rhs, "subs") else claim.rhs
    )
    for fact in given:
        fact = fact if not hasattr(fact, "function") else Gt(fact.arguments[0], 0)
        assert fact.subs(at) == True  # noqa: E712


@pytest.mark.parametrize("case", TRUE, ids=map(name_of, TRUE))
def test_without_its_hypotheses_nothing_false_is_proved(case: tuple[Any, list[Any]]) -> None:
    """Each hypothesis left out, in turn: what is then proved holds at random points that the others allow."""
    claim, given = case
    if not given or claim.relation == "iff":
        return
    rng = random.Random(1)
    for k in range(len(given)):
        rest = [*given[:k], *given[k + 1 :]]
        try:
            verdict = prove(claim, given=rest, max_seconds=1)
        except Exception as error:
            assert type(error).__name__ in ("NoInstance", "UnsupportedError")
            continue
        if verdict.status != "proved":
            continue
        names = sorted(
            claim.lhs.free_symbols | claim.rhs.free_symbols | set().union(*(f.free_symbols for f in rest)), key=str
        )
        for _ in range(60):
            at = {s: Rational(rng.randint(-9, 9), rng.randint(1, 4)) for s in names}
            at = {s: abs(v) + Rational(1, 7) if s.is_positive else v for s, v in at.items()}
            facts = [f if not hasattr(f, "function") else Gt(f.arguments[0], 0) for f in rest]
            if all(f.subs(at) == True for f in facts):  # noqa: E712
                left, right = claim.lhs.subs(at), claim.rhs.subs(at)
                if left.is_finite and right.is_finite:
                    relation = {">": Gt, ">=": Ge, "<": Lt, "<=": Le, "!=": Ne}[claim.relation]
                    assert relation(left, right), at


def test_a_proof_that_is_not_found_is_not_claimed() -> None:
    """Motzkin's polynomial is >= 0 and no sum of squares: a solver that finds no counterexample proves nothing."""
    motzkin = x**4 * y**2 + x**2 * y**4 - 3 * x**2 * y**2 + 1
    verdict = prove(Claim(motzkin, 0, ">="), max_seconds=1)
    assert verdict.status in ("supported", "proved")
    if verdict.status == "supported":
        assert "solver" in verdict.reason and "no proof" in verdict.reason
    assert prove(Claim(motzkin, Rational(1, 10**6), ">=")).status == "refuted"


def test_hypotheses_that_contradict_each_other_prove_nothing_by_themselves() -> None:
    try:
        verdict = prove(Claim(x, y, "<"), given=[Gt(x, 1), Lt(x, 0)])
    except Exception as error:
        assert type(error).__name__ == "NoInstance"
    else:
        assert verdict.status == "conditional" and any(
            "no instance" in text or "none was found" in text for text in verdict.conditions
        )


def test_irrational_counterexamples_are_not_called_proofs() -> None:
    verdict = prove(Claim(x**2, 2, "!="))
    assert verdict.status == "supported" and "irrational" in verdict.reason


def test_an_instance_is_found_where_sampling_finds_none() -> None:
    given = [P(p), P(q), Eq(p + q, 1)]
    evidence = instance(Claim(p * q, 1, "<"), given)
    assert evidence is not None and evidence.holds and evidence.ring == "rationals"
    assert instance(Claim(p, 1, "<"), [P(p), Lt(p, 0)]) is None


def test_the_solver_is_asked_about_numbers_only() -> None:
    found = refute(Claim(x**2, -1, ">"), [])
    assert found.counterexample is None and "SMT" in found.remark
    n = Symbol("n", integer=True, positive=True)
    A = symbols("A")
    assert Model([Gt(A, 0)], 1.0).answer == "sat" and n.is_integer


@pytest.mark.parametrize(
    "statement, plain",
    [
        (Lt(Abs(a), Abs(b)), Lt(a**2, b**2)),
        (Le(Abs(a), 3), Le(a**2, 9)),
        (Gt(lam, Abs(x)), Gt(lam**2, x**2)),
        (Lt(Abs(a), b), (a < b) & (-a < b)),
        (Gt(b, Abs(a)), (b > a) & (b > -a)),
        (Gt(Abs(a), b), Gt(Abs(a), b)),  # two cases: left as it is
        (Lt(a, b), Lt(a, b)),
        (Ge(Abs(a) * lam, Abs(b)), Ge(a**2 * lam**2, b**2)),
    ],
)
def test_absolute_values(statement: Any, plain: Any) -> None:
    assert str(without_absolute_values(statement)) == str(plain)


def test_coefficients_solve_their_equations() -> None:
    """a, c >= 0 and f, exactly, with the strict condition met."""
    one: Poly = {(): Fraction(1)}
    s, u = ({((k, 1),): Fraction(1)} for k in (0, 1))
    square = product(total(s, {(): Fraction(-1)}), total(s, {(): Fraction(-1)}))
    found = combination([total(product(s, s), one)], [square, s, one], [u], [1], 2.0)
    assert found is not None
    shares, weights, free = found
    assert shares == [1] and weights == [1, 2, 0] and free == [0]
    assert combination([{(): Fraction(-1)}], [square, s, one], [], [], 2.0) is None


def test_a_certificate_with_a_product_is_refused_when_a_hypothesis_is_weakened() -> None:
    verdict = prove(Claim(x * y + 1, x + y, ">"), given=[Gt(x, 1), Gt(y, 1)])
    certificate = json.loads(json.dumps(verdict.certificate))
    for k, fact in enumerate(certificate["given"]):
        weaker = {**certificate, "given": [*certificate["given"]]}
        weaker["given"][k] = ["nonnegative", fact[1]]
        with pytest.raises(Exception, match="not a certificate"):
            replay(weaker)
