"""From the formulas of a document to steps: what is defined, what is assumed, what is claimed.

A chain `a = b = c` is read in the order of the document. Its first relation is a definition where a new name, or a
function of names, stands on the left; an equation of a free variable is a condition, for it cannot be an identity;
everything else is a claim, and every relation in it is a step of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from proofs.checking.forms import factors_of, function_head, has_derivative, is_zero_node, solved_for, varying_in
from proofs.checking.judge import ORDERS, Judge, Judgement, known_relation
from symbolic.errors import PushthroughError
from symbolic.facts import predicate
from symbolic.notation.build import Clash, Value, scalar
from symbolic.notation.definitions import evaluated, expanded, put
from symbolic.notation.elaborate import INDICES, Elaborator, name_of
from symbolic.notation.meanings.functions import equated
from symbolic.notation.scope import Family, Function, Scope
from symbolic.notation.sizes import ONE
from symbolic.notation.tree import Chain, Node, Sign, Unread

DEFINES = (":=",)
EQUAL = ("=", ":=", "equiv")


@dataclass(frozen=True)
class Step:
    """One relation between neighbouring terms, judged."""

    left: Node | Unread
    sign: Sign
    right: Node | Unread
    judgement: Judgement
    follows: bool = False  # judged with the term before it corrected
    scope: Scope | None = None
    before: Node | None = None  # the term before the left one, in the same chain
    varying: frozenset[str] | None = None


@dataclass
class Walker:
    """Goes through the chains of a document in order; `scope` grows. `layout` is that of derivatives in definitions."""

    text: str
    judge: Judge
    scope: Scope
    conditions: list[tuple[str, Any]] = field(default_factory=list)  # equations to be solved: what was set to zero
    gradients: list[tuple[Any, Any]] = field(default_factory=list)  # (variable, derivative by it), as last written
    facts: tuple[Any, ...] = ()  # what the prose says at this place
    told: tuple[Any, ...] = ()  # what it says of names that have a definition
    seen: set[str] = field(default_factory=set)  # names in the displays so far
    variables: frozenset[str] = frozenset()  # names that functions and derivatives are of: they stay free
    last: Node | Unread | None = None
    tick: Callable[[], None] = lambda: None

    # One chain.

    def chain(
        self, chain: Chain, role: str = "unknown", before: Chain | None = None, display: bool = True
    ) -> list[Step]:
        """The steps of a chain, judged; the scope learns what it defines. It may follow from the chain `before` it."""
        premise = self._premises(before) if before is not None else None
        terms = list(chain.terms)
        if terms and terms[0] is None:
            if self.last is None:
                return []
            terms[0] = self.last
        if not chain.signs:
            return []
        if terms[-1] is not None:
            self.last = terms[-1]
        if any(sign.value in ("in", "sim", "to", "->", "notin", "subset", "subseteq") for sign in chain.signs):
            return []
        links = list(zip(terms, chain.signs, terms[1:], strict=False))
        if self._equates_sizes(chain):
            return []
        if self._defines_entries(links[0]):
            links = links[1:]
            if not links:
                return []
        varying = varying_in(terms, self.scope)
        first = len(links) == len(chain.signs) and chain.terms[0] is not None
        first = first and self._is_definition(links[0], role, display)
        start = 0
        steps: list[Step] = []
        if not first and (solved := self._solution(links[0])) is not None:
            steps, start = solved, 1
        elif first:
            optimum = self._optimum(links[0])
            if optimum is not None:
                steps.append(optimum)
            wrong = self._define(links[0], varying)
            if wrong is not None:
                steps.append(wrong)
            start = 1
        elif role == "assumption" and not display:
            self.assume(chain)
            return []
        for number, (left, sign, right) in enumerate(links[start:], start):
            previous = links[number - 1][0] if number > start else None
            if self._names_last(left, sign, right):
                self._define((right, sign, left), varying)
                continue
            step = self._step(left, sign, right, previous, varying, premise)
            if step is not None and not self._is_condition(step, links, role, premise, display):
                steps.append(step if display or role == "claim" else _in_passing(step))
        self._remember_gradient(terms, chain)
        if display:
            self.seen |= {n for t in terms if isinstance(t, Node) for p in t.walk() if (n := name_of(p)) is not None}
        return self._cascades(steps)

    def _premises(self, chain: Chain) -> list[Any]:
        """The equations of a chain, as hypotheses of what follows from it."""
        links = zip(chain.terms, chain.signs, chain.terms[1:], strict=False)
        facts = [self.fact(a, s.value, b) for a, s, b in links if isinstance(a, Node) and isinstance(b, Node)]
        return [fact for fact in facts if fact is not None]

    def _step(
        self, left: Any, sign: Sign, right: Any, before: Any, varying: frozenset[str] | None, premise: Any
    ) -> Step | None:
        if not known_relation(sign.value):
            return None
        self.tick()
        before = before if isinstance(before, Node) else None
        if isinstance(left, Unread) or isinstance(right, Unread):
            side = left if isinstance(left, Unread) else right
            found = Judgement("unread", f"expected {side.expected}", fault=side.span)
            return Step(left, sign, right, found, scope=self.scope, before=before)
        scope = self.scope.with_given(*self.facts, *(premise or ()))
        found = self.judge.judge(left, sign.value, right, scope, varying)
        if found.verdict == "refuted" and not found.clash and self.told:
            under = self.judge.judge(left, sign.value, right, scope.with_given(*self.told), varying)
            if under.verdict != "refuted":
                found = under
        if found.verdict == "refuted" and not found.clash and self.conditions and not has_derivative(left):
            under = self.judge.judge(
                left, sign.value, right, scope.with_given(*(f for _, f in self.conditions)), varying
            )
            if under.verdict in ("proved", "supported"):
                found = replace(under, conditions=(*under.conditions, *(text for text, _ in self.conditions)))
        return Step(left, sign, right, found, scope=scope, before=before, varying=varying)

    def _cascades(self, steps: list[Step]) -> list[Step]:
        """A step that is false only because the term before it is: judged from the term before that."""
        found: list[Step] = []
        for step in steps:
            previous = found[-1] if found else None
            if (
                previous is not None
                and previous.judgement.verdict == "refuted"
                and step.judgement.verdict == "refuted"
                and previous.right is step.left
                and isinstance(previous.left, Node)
                and isinstance(step.right, Node)
                and previous.sign.value in EQUAL
                and step.scope is not None
            ):
                again = self.judge.judge(previous.left, step.sign.value, step.right, step.scope, step.varying)
                if again.verdict in ("proved", "supported", "conditional"):
                    reason = f"follows from the corrected form of the term before it; {again.reason}"
                    step = replace(step, judgement=replace(again, reason=reason), follows=True)
            found.append(step)
        return found

    # Definitions.

    def _is_definition(self, link: tuple[Any, Sign, Any], role: str, display: bool) -> bool:
        left, sign, right = link
        if sign.value in DEFINES:
            return True
        if sign.value not in EQUAL or not isinstance(left, Node):
            return False
        if not isinstance(right, Node):
            return name_of(left) in self.scope.found
        if function_head(left, self.scope) is not None:
            return True
        key = name_of(left)
        if key is None or key in self.scope.sizes:
            return False
        if role != "definition" and (key in self.scope.values or self._stays_free(key)):
            return False
        if role != "definition" and key in self.seen and self._is_free(key):
            return False  # what was used as a free name cannot get a meaning afterwards
        if role == "claim" and key in self.seen and key in self.scope.shapes and key not in self.scope.found:
            return False
        return not any(name_of(node) == key for node in right.walk())

    def _names_last(self, left: Any, sign: Sign, right: Any) -> bool:
        """`... = G` with a new name at the end: it stands for what is before it."""
        key = name_of(right) if isinstance(right, Node) else None
        new = key is not None and key in self.scope.found and key not in self.scope.values
        return new and sign.value in EQUAL and isinstance(left, Node) and all(name_of(n) != key for n in left.walk())

    def _defines_entries(self, link: tuple[Any, Sign, Any]) -> bool:
        """`r_i = ...`, `P_{ij} = ...` of a name that is free so far says what each entry is, not the whole."""
        left, sign, right = link
        if not isinstance(left, Node) or left.kind != "sub" or sign.value not in (*EQUAL,) or isinstance(right, Unread):
            return False
        key, whole, below = name_of(left.children[0]), name_of(left), left.children[1]
        places = below.children if below.kind in ("tuple", "mul") else (below,)
        letters = [name_of(place) for place in places]
        if (
            key is None
            or right is None
            or not all(letter in INDICES for letter in letters)
            or len(set(letters)) < len(letters)
        ):
            return False
        known = key in self.scope.values or key in self.scope.pieces or key in self.scope.families
        declared = whole in self.scope.shapes and whole not in self.scope.found
        if known or declared or any(name_of(node) == key for node in right.walk()):
            return False
        family = Family(tuple(str(letter) for letter in letters), right)
        shapes = {name: shape for name, shape in self.scope.shapes.items() if name != whole}
        families = {**self.scope.families, key: family}
        found = self.scope.found - {str(whole)}
        self.scope = replace(self.scope, families=families, shapes=shapes, found=found).with_opaque(key)
        return True

    def _is_free(self, key: str | None) -> bool:
        """Whether a name was declared, and stands for nothing in particular."""
        return key in self.scope.shapes and key not in self.scope.found and key not in self.scope.values

    def _stays_free(self, key: str) -> bool:
        """Whether a name is a declared variable: an equation for it is a condition, not a definition."""
        return key in self.variables and key in self.scope.shapes and key not in self.scope.found

    def _solution(self, link: tuple[Any, Sign, Any]) -> list[Step] | None:
        """`w = ...` for a variable w that stays free: where a derivative by it vanishes, or what was set says so.

        None if this is not of that form; no step where it cannot be told.
        """
        left, sign, right = link
        key = name_of(left) if isinstance(left, Node) else None
        if key is None or not self._stays_free(key) or sign.value not in EQUAL or not isinstance(right, Node):
            return None
        if any(name_of(node) == key for node in right.walk()):
            return None
        optimum = self._optimum(link)
        if optimum is None:
            self.scope = self.scope.with_opaque(key)  # a value of the variable: what it changes cannot be told
        return [optimum] if optimum is not None else []

    def _define(self, link: tuple[Any, Sign, Any], varying: frozenset[str] | None) -> Step | None:
        """Give a name its meaning. The step is returned if what it is to mean does not exist: its sizes clash."""
        left, _, right = link
        if not isinstance(left, Node) or not isinstance(right, Node):
            if isinstance(left, Node) and (name := name_of(left)) is not None:
                self.scope = self.scope.with_opaque(name)
            return None
        head, key = function_head(left, self.scope), name_of(left)
        if head is None and key is None:
            self._assume([link])
            return None
        wrong = self._ill_typed(link)
        if head is not None:
            key, parameters = head
            self.scope = self.scope.with_function(key, Function(parameters, right))
            return wrong
        value = self._value(right, varying)
        if value is None or key is None:
            if key is not None:
                self.scope = self.scope.with_opaque(key)
            return wrong
        expr = evaluated(value.expr) if has_derivative(right) else value.expr
        try:
            circular = key in {str(s) for s in expanded(expr, self.scope).free_symbols}
        except PushthroughError:
            circular = True
        if circular:
            self.scope = self.scope.with_opaque(key)
            return wrong
        if value.shape == ONE:
            expr = scalar(expr)
        self.scope = self.scope.with_value(key, expr, value.shape)
        return None

    def _ill_typed(self, link: tuple[Any, Sign, Any]) -> Step | None:
        """The step of a definition whose right-hand side has sizes that clash, all of them declared."""
        left, sign, right = link
        e = Elaborator(self.text, self.scope)
        try:
            e.value(right)
        except Clash as clash:
            found = self.judge.clash(e, clash)
            return Step(left, sign, right, found, scope=self.scope) if found.verdict == "refuted" else None
        except (PushthroughError, RecursionError):
            return None
        return None

    def _value(self, node: Node, varying: frozenset[str] | None = None) -> Value | None:
        e = Elaborator(self.text, self.scope)
        e.varying = varying
        try:
            found = e.value(node)
            shape = tuple(e.finished(size) for size in found.shape)
            return Value(e.finished(found.expr), shape)  # type: ignore[arg-type]
        except (PushthroughError, RecursionError):
            return None

    # Assumptions and conditions.

    def assume(self, chain: Chain) -> None:
        """Every relation of a chain holds from here on; an equation of a variable is a condition, kept for later."""
        if self._equates_sizes(chain):
            return
        names = {name_of(n) for term in chain.terms if isinstance(term, Node) for n in term.walk()}
        if names & self.variables and any(sign.value in EQUAL for sign in chain.signs):
            for left, sign, right in zip(chain.terms, chain.signs, chain.terms[1:], strict=False):
                if isinstance(left, Node) and isinstance(right, Node):
                    fact = self.fact(left, sign.value, right)
                    if fact is not None:
                        start, end = left.span[0], right.span[1]
                        self.conditions.append((" ".join(self.text[start:end].split()), fact))
            return
        self._assume(list(zip(chain.terms, chain.signs, chain.terms[1:], strict=False)))

    def _equates_sizes(self, chain: Chain) -> bool:
        """`l = k` of two sizes: they are one from here on."""
        ends = [name_of(term) if isinstance(term, Node) else None for term in chain.terms]
        if len(ends) != 2 or chain.signs[0].value not in EQUAL or not set(ends) <= self.scope.sizes.keys():
            return False
        self.scope = self.scope.with_equal_sizes(str(ends[0]), str(ends[1]))
        return True

    def decompose(self, chain: Chain, kind: str) -> None:
        """X = U S V' and the like: X stands for the product, and its factors are what `kind` says."""
        self.assume(chain)
        if len(chain.terms) < 2 or not isinstance(chain.terms[1], Node):
            return
        for name, words in factors_of(kind, chain.terms[1]):
            if name in self.scope.shapes and name not in self.scope.values:
                facts = [predicate(word)(self.scope.symbol(name)) for word in words]
                self.scope = self.scope.with_given(*facts)

    def _assume(self, links: list[tuple[Any, Sign, Any]]) -> None:
        for left, sign, right in links:
            if isinstance(left, Node) and isinstance(right, Node):
                fact = self.fact(left, sign.value, right)
                if fact is None and sign.value in EQUAL:
                    self._not_understood(left)
                solved = solved_for(fact)
                if solved is not None and solved[0].name in self.scope.shapes:
                    name, value = solved[0].name, solved[1]
                    self.scope = self.scope.with_value(name, value, self.scope.shapes[name])
                elif fact is not None:
                    self.scope = self.scope.with_given(fact)

    def _not_understood(self, left: Node) -> None:
        """An assumption about names that says more than was understood: what contradicts it cannot be told."""
        while left.children and left.kind != "name" and name_of(left) not in self.scope.shapes:
            left = left.children[0]
        key = name_of(left)
        if key is not None:
            self.scope = self.scope.with_opaque(key)

    def fact(self, left: Node, relation: str, right: Node) -> Any | None:
        """A relation as a hypothesis; None if it cannot be read, which makes verdicts weaker, never wrong."""
        e = Elaborator(self.text, self.scope)
        try:
            one, other = e.value(left), e.value(right)
            if e.indices:
                return None  # a statement about every entry
            if relation in EQUAL:
                return e.finished(equated(e, one, other))
            kinds = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "!=": sp.Ne}
            if relation == "!=" and not one.is_number:
                return sp.Ne(e.finished(one.expr), e.finished(sp.ZeroMatrix(*one.shape))) if other.expr == 0 else None
            if relation in kinds:
                numbers = [e.build.require_scalar(v, "a comparison") for v in (one, other)]
                return e.finished(kinds[relation](*numbers, evaluate=False))
            if relation in ("succ", "succeq") and other.expr == 0:
                return predicate(ORDERS[relation])(e.finished(one.expr))
        except (PushthroughError, RecursionError):
            return None
        return None

    def _is_condition(self, step: Step, links: list[Any], role: str, premise: Any, display: bool) -> bool:
        """Whether a relation that does not hold for all values is a condition: to be solved, or assumed."""
        judged = step.judgement
        if judged.verdict not in ("refuted", "conditional") or judged.clash or step.sign.value not in EQUAL:
            return False
        differentiates = any(has_derivative(t) for link in links for t in (link[0], link[2]) if isinstance(t, Node))
        is_zero = isinstance(step.right, Node) and is_zero_node(step.right)
        alone = len(links) == 1
        for one, other in ((step.left, step.right), (step.right, step.left)):
            key = name_of(one) if isinstance(one, Node) else None
            mentioned = isinstance(other, Node) and any(name_of(node) == key for node in other.walk())
            if key is not None and self._is_free(key) and not mentioned:
                self._set(step)  # no identity can say what a free name is
                self.scope = self.scope.with_opaque(key)
                return True
        if (is_zero and (differentiates or self.gradients or role == "condition")) or (role == "condition" and alone):
            self._set(step)
            return True
        if alone and role == "assumption":
            self._assume(links)
            return True
        if (
            alone
            and premise is None
            and self.conditions
            and isinstance(step.left, Node)
            and isinstance(step.right, Node)
        ):
            facts = [fact for _, fact in self.conditions]
            again = self.judge.judge(
                step.left, step.sign.value, step.right, self.scope.with_given(*facts), step.varying
            )
            if again.verdict in ("proved", "supported"):
                self._set(step)
                return True
        return False

    def _set(self, step: Step) -> None:
        if isinstance(step.left, Node) and isinstance(step.right, Node):
            fact = self.fact(step.left, "=", step.right)
            if fact is not None:
                self.conditions.append((self._written(step), fact))

    def _written(self, step: Step) -> str:
        return " ".join(self.text[step.left.span[0] : step.right.span[1]].split())

    # Minimisers: names for where a gradient vanishes.

    def _remember_gradient(self, terms: list[Any], chain: Chain) -> None:
        head = terms[0]
        if not isinstance(head, Node) or not isinstance(terms[-1], Node):
            return
        derivative = next((n for n in head.walk() if n.kind == "derivative"), None)
        if derivative is None:
            return
        for term in reversed(terms):
            if isinstance(term, Node) and not is_zero_node(term):
                value = self._value(term)
                by = self._variable_of(derivative)
                if value is not None and by is not None:
                    self.gradients.append((by, value.expr))
                return

    def _variable_of(self, node: Node) -> Any | None:
        if len(node.children) == 2:
            key = name_of(node.children[1])
        else:
            inner = node.children[0]
            function = name_of(inner.children[0]) if inner.kind == "mul" else name_of(inner)
            known = self.scope.functions.get(function or "")
            key = known.parameters[0] if known is not None and len(known.parameters) == 1 else None
        return self.scope.symbol(key) if key is not None and key in self.scope.shapes else None

    def _optimum(self, link: tuple[Any, Sign, Any]) -> Step | None:
        """`hat p = ...` after a gradient by p: whether the gradient vanishes there. None if that cannot be told."""
        left, sign, right = link
        key = name_of(left) if isinstance(left, Node) else None
        if key is None or not isinstance(right, Node):
            return None
        base = key.split()[-1].rstrip("*").split("_")[0]
        for by, derivative in reversed(self.gradients):
            if by.name not in (base, key):
                continue
            value = self._value(right)
            try:
                if value is None or by in expanded(value.expr, self.scope).free_symbols:
                    return None
                at = put(evaluated(expanded(derivative, self.scope, {by})), by, expanded(value.expr, self.scope))
                zero = sp.ZeroMatrix(*at.shape) if getattr(at, "is_Matrix", False) else sp.S.Zero
                found = self.judge.decided(sp.Eq(at, zero, evaluate=False), (*self.scope.given, *self.facts))
            except PushthroughError:
                return None
            if found.verdict in ("proved", "supported"):
                words = f"the derivative by {by.name} vanishes there"
                judged = replace(found, reason=f"{words}: {found.reason}" if found.reason else words)
                return Step(left, sign, right, judged, scope=self.scope)
            return None
        return None


def _in_passing(step: Step) -> Step:
    """An equation in running text that holds nowhere may be a condition that the words do not make clear."""
    if step.judgement.verdict != "refuted":
        return step
    judged = step.judgement
    why = f"a condition, or false: the words around it do not tell ({judged.reason})"
    return replace(step, judgement=Judgement("unread", why, fault=judged.fault, claim=judged.claim), follows=False)
