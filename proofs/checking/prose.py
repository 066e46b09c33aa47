r"""What the prose of a document declares, in reading order, with the offsets between which each record holds.

What holds where:
- from where it stands to the end of the document, unless one of the following ends it earlier;
- what stands in a problem or exercise ends with it; what stands before the first of them holds in all;
- what stands in a theorem, example or special case ends at the next break of its level (see headings.py);
- what follows an "if" or "for symmetric A" ends with the paragraph, or, in a statement to be shown, at the next part;
- "in the case m > n" ends at the next part, or at the next case;
- a size that is declared anew ends all that was known of the name; a range ends an earlier one that it contradicts.
A part (a), (b), a section, a solution or a proof ends nothing else: it inherits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from proofs.checking.declarations import Known, declarations
from proofs.checking.modes import modes
from proofs.checking.pieces import parts
from proofs.checking.roles import UNKNOWN, Role, is_function, roles
from proofs.checking.source import Break, Comment, Formula, Source
from proofs.checking.words import Reading, Sentence, Token, read_words
from symbolic.errors import ReadError
from symbolic.notation.declarations import read_declarations
from symbolic.notation.elaborate import name_of
from symbolic.notation.records import EVERYWHERE, Assumed, Declared, Decomposition, Defined, Record
from symbolic.notation.sets import chain_span, declared_in, is_range, names_in
from symbolic.notation.tree import Chain, Node, Row

MOST_RANGES = 8  # comparisons of the same two things that are remembered
# Words that give a known name a value for as long as a remark lasts.
_PASSING = frozenset(["taking", "setting", "with", "set", "put", "putting", "take", "letting", "choose", "choosing"])
EQUAL = ("=", ":=", "equiv")


@dataclass(frozen=True)
class Prose:
    """Records in reading order; every formula with its rows and its role; `check:` comments that could not be read."""

    records: tuple[Record, ...]
    rows: Mapping[Formula, tuple[Row, ...]]
    roles: Mapping[Formula, Role]
    errors: tuple[tuple[int, str], ...] = ()

    def role_of(self, formula: Formula) -> str:
        """ "definition", "assumption", "condition", "claim" or "unknown": a hint from the words around it."""
        return self.roles.get(formula, UNKNOWN).name

    def at(self, offset: int) -> list[Record]:
        """The records that hold at an offset."""
        return [record for record in self.records if record.holds_at(offset)]


def read_prose(source: Source) -> Prose:
    r"""All that the prose, the formulas in it and the `check:` comments declare.

    >>> from proofs.checking.source import read_source
    >>> prose = read_prose(read_source(r"Let $A \in \mathbb{R}^{n \times n}$ be symmetric and $\lambda > 0$.", "md"))
    >>> [(type(r).__name__, getattr(r, "facts", "")) for r in prose.records]
    [('Declared', ()), ('Declared', ('symmetric',)), ('Assumed', '')]
    """
    return _Reader(source).run()


@dataclass
class _Frame:
    level: int
    known: Known
    records: list[int] = field(default_factory=list)
    local: bool = False


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.reading: Reading = read_words(source)
        self.records: list[Record] = []
        self.frames = [_Frame(-1, Known())]
        self.cases: list[int] = []  # records that end at the next part, or at the next case
        self.statements: list[int] = []  # ... at the next part
        self.part = 0  # the level of the part (a), (i) that is being read, or 0
        self.local: list[tuple[int, int]] = []  # level and number of records that end with such a part
        self.latest: dict[str, list[int]] = {}  # records about a name
        self.sizes: dict[str, str] = {}  # the last size of a name
        self.ranges: dict[frozenset[str], list[int]] = {}
        self.roles: dict[Formula, Role] = {}
        self.seen: set[str] = set()
        self.errors: list[tuple[int, str]] = []

    def run(self) -> Prose:
        comments = [passage for passage in self.source.passages if isinstance(passage, Comment)]
        for part in self.reading.parts:
            start = part.span[0]
            while comments and comments[0].span[0] <= start:
                self._comment(comments.pop(0))
            if isinstance(part, Break):
                self._break(part)
            else:
                self._sentence(part)
        for comment in comments:
            self._comment(comment)
        order = sorted(range(len(self.records)), key=lambda k: (self.records[k].scope[0], k))
        return Prose(tuple(self.records[k] for k in order), self.reading.rows, self.roles, tuple(self.errors))

    @property
    def known(self) -> Known:
        return self.frames[-1].known

    def _break(self, found: Break) -> None:
        place = found.span[0]
        while len(self.frames) > 1 and self.frames[-1].level >= found.level:
            self._end(self.frames.pop().records, place)
        if found.level <= 8:
            self._end([k for level, k in self.local if level >= found.level], place)
            self.local = [(level, k) for level, k in self.local if level < found.level]
            self.part = found.level if found.level >= 7 else 0
            self._end(self.statements, place)
            self.statements = []
            self._end(self.cases, place)
            self.cases = []
        if found.scope:
            outer = self.known
            inner = Known(set(outer.defined), dict(outer.sizes), dict(outer.kinds))
            self.frames.append(_Frame(found.level, inner, local=found.scope == "local"))
            if found.scope == "restart":
                self.seen = set()

    def _end(self, numbers: list[int], place: int) -> None:
        for k in numbers:
            record = self.records[k]
            if record.scope[1] > place:
                self.records[k] = replace(record, scope=(record.scope[0], max(record.scope[0], place)))

    def _comment(self, comment: Comment) -> None:
        try:
            for record in read_declarations(self.source.text, *comment.span, self.source.macros):
                self._add(replace(record, scope=(comment.span[0], EVERYWHERE[1])))
        except ReadError as error:
            self.errors.append((comment.span[0], str(error)))

    def _sentence(self, sentence: Sentence) -> None:
        text = self.source.text
        meant = modes(sentence)
        found = roles(sentence, text, self.seen)
        for k, token in enumerate(sentence.tokens):
            if token.formula is not None:
                self.roles[token.formula] = found.get(k, UNKNOWN)
            for chain in token.chains:
                self._learn(chain)
        supposed = any(t.text in ("suppose", "assume", "assuming") for t in sentence.tokens)
        records: list[tuple[Record, bool]] = []  # each with whether it ends with the part in which it stands
        for k, token in enumerate(sentence.tokens):
            role = found.get(k, UNKNOWN)
            for record in self._formula(token, role, meant[k], sentence):
                local = isinstance(record, Assumed) and (role.local or role.name == "unknown")
                records.append((record, local))
                self._note(record)
        for record in declarations(sentence, self.known):
            records.append((record, supposed and not (isinstance(record, Declared) and record.shape is not None)))
            self._note(record)
        records += [(record, False) for record in parts(sentence, text)]
        decomposed = {r.chain for r, _ in records if isinstance(r, Decomposition)}
        is_case = any(role.case for role in found.values())
        if is_case:
            self._end(self.cases, sentence.span[0])
            self.cases = []
        stated = sentence.asks or any(t.text in ("show", "prove", "verify", "claim") for t in sentence.tokens)
        for record, local in records:
            if isinstance(record, (Defined, Assumed)) and record.chain in decomposed:
                continue
            end = EVERYWHERE[1]
            if record.conditional and not is_case and not stated:
                end = max(sentence.paragraph, sentence.span[1])
            k = self._add(replace(record, scope=(self._start(record, sentence), end)))
            if record.conditional and is_case:
                self.cases.append(k)
            elif record.conditional and stated:
                self.statements.append(k)
            elif local and self.part:
                self.local.append((self.part, k))
        for token in sentence.tokens:
            self.seen |= {name for name, _ in token.names}
            for chain in token.chains:
                for term in chain.terms:
                    if isinstance(term, Node):
                        self.seen |= {name for node in term.walk() if (name := name_of(node)) is not None}

    def _start(self, record: Record, sentence: Sentence) -> int:
        """A fact about a sentence holds in all of it: "..., where H is symmetric" stands behind what it explains."""
        return sentence.span[0] if isinstance(record, Declared) else record.span[0]

    def _learn(self, chain: Chain) -> None:
        """Which names are defined by an equation."""
        if chain.signs and chain.signs[0].value in EQUAL and isinstance(chain.terms[0], Node):
            left, right = chain.terms[0], chain.terms[1]
            names = {name for name, _ in names_in(left)}
            if is_function(left):
                names = {name_of(left.children[0]) or ""}
            inside = {name_of(node) for node in right.walk()} if isinstance(right, Node) else set()
            self.known.defined |= names - inside

    def _note(self, record: Record) -> None:
        if isinstance(record, Declared):
            if record.shape is not None:
                self.known.sizes[record.name] = record.shape
            if record.kind:
                self.known.kinds[record.name] = record.kind

    def _formula(self, token: Token, role: Role, mode: str, sentence: Sentence) -> Iterator[Record]:
        text, macros = self.source.text, self.source.macros
        believed = mode not in ("negated", "claim") and not sentence.asks
        for chain in token.chains:
            span = chain_span(chain)
            declared = list(declared_in(chain, text, macros))
            for record in declared:
                sized = isinstance(record, Declared) and record.shape is not None and not record.facts
                if sized or believed:
                    yield replace(record, conditional=not sized and mode == "if")
                elif isinstance(record, Declared) and record.shape is not None and mode != "negated":
                    yield replace(record, facts=())
            if declared or any(
                sign.value in ("in", "->", "|->", ":", "~", "<<", ">>", "approx") for sign in chain.signs
            ):
                if role.name in ("assumption", "definition") and _is_distribution(chain):
                    yield Assumed(chain=chain, span=span, conditional=role.conditional)
                continue
            yield from self._relation(chain, token, role, mode, believed, sentence)

    def _relation(
        self, chain: Chain, token: Token, role: Role, mode: str, believed: bool, sentence: Sentence
    ) -> Iterator[Record]:
        span = chain_span(chain)
        if chain.link in ("implies", "iff", "therefore") or not chain.terms or chain.terms[0] is None:
            return
        conditional = role.conditional or mode == "if"
        ranged = is_range(chain)
        if chain.signs[0].value == ":=":
            yield Defined(chain=chain, span=span)
        elif token.display and not ranged:
            return  # the judge of steps decides, with the role as a hint
        elif role.name == "claim" or role.name == "condition":
            return
        elif ranged:
            if (role.name != "unknown" or self._is_aside(token, sentence)) and believed:
                yield Assumed(chain=chain, span=span, conditional=conditional)
        elif role.name == "definition" and chain.signs[0].value in EQUAL and believed:
            first = chain.terms[0]
            if names_in(first) or is_function(first):
                special = self._is_special(chain, role)
                kind = Assumed if role.conditional or special else Defined
                yield kind(chain=chain, span=span, conditional=(conditional and kind is Assumed) or special)
            else:
                yield Assumed(chain=chain, span=span, conditional=conditional)
                yield from self._ranks(chain, span, conditional)
        elif role.name in ("assumption", "definition") and believed:
            yield Assumed(chain=chain, span=span, conditional=conditional)
            yield from self._ranks(chain, span, conditional)

    def _is_special(self, chain: Chain, role: Role) -> bool:
        """Whether a name that was there already takes a value for the moment: "with lambda = 0 we recover"."""
        known = {name for name, _ in names_in(chain.terms[0])} & self.seen
        value = chain.terms[1]
        literal = isinstance(value, Node) and (value.kind == "number" or name_of(value) in ("0", "I", "1"))
        passing = role.cue in _PASSING
        special = (bool(known) and (literal or passing)) or (literal and passing)
        return special and not self._in_example()

    def _in_example(self) -> bool:
        return self.frames[-1].local

    def _ranks(self, chain: Chain, span: tuple[int, int], conditional: bool) -> Iterator[Record]:
        """rank X = n, of a matrix with n columns or rows."""
        left, right = chain.terms[0], chain.terms[1]
        if not isinstance(left, Node) or left.kind != "call" or left.value != "rank" or not left.children:
            return
        inner = left.children[0]
        name = name_of(inner.children[0] if inner.kind == "group" else inner)
        size = self.known.sizes.get(name or "")
        for fact, side in (("surjective", 0), ("injective", 1)):
            if name and size is not None and str(size[side]) == str(right):
                yield Declared(name=name, kind="matrix", facts=(fact,), span=span, conditional=conditional)

    def _is_aside(self, token: Token, sentence: Sentence) -> bool:
        """Whether an inline comparison stands for itself, between commas or in brackets, or introduces a name."""
        k = sentence.tokens.index(token)
        while k > 0 and sentence.tokens[k - 1].tag in "xfKP":
            k -= 1
        if k > 0 and sentence.tokens[k - 1].text in ("a", "an", "some", ","):
            return True
        before = self.source.text[max(0, token.span[0] - 6) : token.span[0]].rstrip()
        return not token.display and (before.endswith((",", "(", " and", "$", " rank")) or not before.strip())

    # Records and their ends.

    def _add(self, record: Record) -> int:
        number = len(self.records)
        start = record.scope[0]
        if isinstance(record, Declared):
            earlier = self.latest.setdefault(record.name, [])
            if record.shape is not None:
                size = f"{record.shape[0]} x {record.shape[1]}"
                if self.sizes.get(record.name, size) != size:
                    self._end(earlier, start)
                    earlier.clear()
                self.sizes[record.name] = size
            earlier.append(number)
        if isinstance(record, Assumed) and is_range(record.chain) and len(record.chain.signs) == 1:
            pair = frozenset(str(term) for term in record.chain.terms)
            earlier = self.ranges.setdefault(pair, [])
            ended = [k for k in earlier if _contradicts(self.records[k], record)]
            self._end(ended, start)
            self.ranges[pair] = [k for k in earlier[-MOST_RANGES:] if k not in ended] + [number]
        self.records.append(record)
        self.frames[-1].records.append(number)
        return number


def _contradicts(one: Any, other: Any) -> bool:
    """Whether two comparisons of the same two things cannot both hold."""
    turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!="}
    first, second = one.chain.signs[0].value, other.chain.signs[0].value
    if str(one.chain.terms[0]) != str(other.chain.terms[0]):
        second = turned[second]
    return (first, second) in {("<", ">"), (">", "<"), ("<", ">="), (">=", "<"), (">", "<="), ("<=", ">")}


def _is_distribution(chain: Chain) -> bool:
    return any(sign.value == "~" for sign in chain.signs)


__all__ = ["Prose", "Role", "read_prose"]
