"""`check_text`: a document read, its steps judged. `check_document`: the same of a file.

The passages of a document are read in order. What its prose declares is collected scope by scope (a new section starts
anew), the shapes of undeclared names are found from the formulas, and then every chain is walked through.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from proofs.checking.forms import variables_of
from proofs.checking.headings import Break
from proofs.checking.judge import Judge
from proofs.checking.known import Known
from proofs.checking.repair import Repairer
from proofs.checking.report import Finding, Report
from proofs.checking.run import FILE_SECONDS, STEP_SECONDS, kind_of, read_text
from proofs.checking.source import Comment, Formula, Passage, Source, read_source
from proofs.checking.steps import Findings, joined
from proofs.checking.walk import Step, Walker
from symbolic.notation.elaborate import INDICES
from symbolic.notation.infer import infer
from symbolic.notation.parser import parse
from symbolic.notation.read import MEANINGS
from symbolic.notation.records import Assumed, Decomposition, Defined, Record
from symbolic.notation.scope import Scope
from symbolic.notation.tree import Chain, Span


def check_document(
    path: str | Path, *, let: Sequence[str] = (), step_seconds: float = STEP_SECONDS, file_seconds: float = FILE_SECONDS
) -> Report:
    """The report on a LaTeX or Markdown file: every step of its derivations with a verdict.

    let: declarations beside those of the document, as "X: n x d; lambda > 0". `step_seconds` bounds the search for a
    proof of one step, `file_seconds` the whole; what was not reached is `unread`, with the limit named.
    Raises ReadError for what is no text.
    """
    name = str(path)
    text = read_text(name)
    return check_text(text, name, kind_of(name, text), let=let, step_seconds=step_seconds, file_seconds=file_seconds)


def check_text(
    text: str,
    name: str,
    kind: str,
    *,
    let: Sequence[str] = (),
    step_seconds: float = STEP_SECONDS,
    file_seconds: float = FILE_SECONDS,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """As `check_document`, of a text. `kind` is "tex" or "md"; `progress` is told what is being done."""
    begin = time.perf_counter()
    return Checker(text, name, kind, tuple(let), step_seconds, begin + file_seconds, progress).report(begin)


@dataclass
class Group:
    """Formulas that follow one another as one argument: their chains, joined, and how the first of them is meant."""

    formula: Formula
    chains: list[Chain]


@dataclass
class Checker:
    """One document. `end` is when to stop; `known` is what its prose, comments and `let` declare."""

    text: str
    name: str
    kind: str
    let: tuple[str, ...]
    step_seconds: float
    end: float
    progress: Callable[[str], None]
    assumed: list[str] = field(default_factory=list)
    begun: bool = False

    def report(self, begin: float) -> Report:
        self.progress("reading")
        source = read_source(self.text, self.kind)
        self.known = Known(source, self.let)
        for offset, message in self.known.prose.errors:
            self.assumed.append(f"line {source.place(offset)[0]}: this check comment was not read: {message}")
        judge = Judge(self.text, self.step_seconds)
        repairer = Repairer(self.text, dict(source.macros))
        self.findings = Findings(source, repairer, self.end)
        self.judge, self.source = judge, source
        steps: list[Finding] = []
        scope = Scope()
        for number, part in enumerate(parts(source)):
            found, after = self._part(part, scope)
            steps += found
            if number == 0:
                scope = after  # what is declared before the first problem holds in all of them
        steps.sort(key=lambda step: (step.line, step.column))
        return Report(
            self.name, self.text, tuple(self.known.texts), tuple(dict.fromkeys(self.assumed)), tuple(steps),
            seconds=time.perf_counter() - begin,
        )  # fmt: skip

    def _part(self, part: Sequence[Passage], scope: Scope) -> tuple[list[Finding], Scope]:
        """The findings of a part of the document in which names keep their meaning, and what is known at its end."""
        groups = [self._group(passage) for passage in part if isinstance(passage, Formula)]
        chains = [chain for group in groups for chain in group.chains]
        span = (part[0].span[0], part[-1].span[1]) if part else (0, 0)
        scope = self.known.names(scope, span)
        found = infer(self.text, scope, chains, self.known.hints(span))
        doubted = scope.doubted | self.known.laden(span)
        scope = replace(scope, sizes={**scope.sizes, **found.sizes}, doubted=doubted)
        walker = Walker(self.text, self.judge, scope.with_shapes(found.shapes, found=True))
        walker.variables = variables_of(chains)
        steps: list[Finding] = []
        groups_by_start = {group.formula.span[0]: group for group in groups}
        local: list[tuple[int, Scope]] = []
        if not self.begun:
            self._spoken(walker, None)
            self.begun = True
        for passage in part:
            if isinstance(passage, Comment):
                self._spoken(walker, passage.span)
            elif isinstance(passage, Break):
                while local and passage.level <= local[-1][0]:
                    walker.scope = local.pop()[1]
                if passage.scope == "local":
                    local.append((passage.level, walker.scope))
            elif isinstance(passage, Formula):
                walker.scope = self.known.redeclared(walker.scope, passage.span[0])
                walker.scope = self.known.pieces(walker.scope, self.known.paragraph_end(passage.span[0]) - 1)
                walker.facts = self.known.facts(walker.scope, passage.span[0])
                walker.told = self.known.told_of_defined(walker.scope, passage.span[0])
                steps += self.findings.of(self._walked(walker, groups_by_start[passage.span[0]]))
        self._note_guesses(walker.scope)
        return steps, walker.scope

    def _group(self, formula: Formula) -> Group:
        rows = parse(self.text, *formula.span, self.source.macros)
        return Group(formula, joined([chain for row in rows for chain in row.chains]))

    def _walked(self, walker: Walker, group: Group) -> list[Step]:
        """The steps of one formula: chains that follow from one another are judged with what comes before them."""
        steps: list[Step] = []
        role = self.known.role(group.formula)
        for number, chain in enumerate(group.chains):
            if time.perf_counter() > self.end:
                walker.judge.stopped = True
            line, _ = self.source.place(group.formula.span[0])
            self.progress(f"line {line}")
            meant = self.known.meant(chain)
            if meant is not None:
                steps += self._meant(walker, chain, meant)
                continue
            leads = number + 1 < len(group.chains) and group.chains[number + 1].link in ("implies", "iff")
            here = "condition" if leads and role == "unknown" else role
            before = group.chains[number - 1] if number and chain.link in ("implies", "therefore") else None
            try:
                steps += walker.chain(chain, here, before, group.formula.display)
            except Exception as error:  # a mistake of ours costs one formula, and is told
                self.assumed.append(f"line {line}: not judged, by a mistake of this program ({error!r})")
        return steps

    def _meant(self, walker: Walker, chain: Chain, record: Record) -> list[Step]:
        """A chain that the words around it make a definition or an assumption; its later relations may be claims."""
        if isinstance(record, Decomposition):
            walker.decompose(chain, record.kind)
        elif isinstance(record, Defined):
            return walker.chain(chain, "definition", display=False)
        elif not record.conditional:
            walker.assume(chain)
        return []

    def _spoken(self, walker: Walker, span: Span | None) -> None:
        """What a comment, or the user, defines and assumes."""
        for record in self.known.spoken(span):
            if isinstance(record, Defined):
                walker.chain(record.chain, "definition", display=False)
            elif isinstance(record, Assumed):
                walker.assume(record.chain)

    def _note_guesses(self, scope: Scope) -> None:
        """Names whose shape was found from the formulas, and that no definition explains."""
        for name in sorted(scope.found - scope.values.keys() - scope.functions.keys() - INDICES):
            rows, columns = scope.shapes[name]
            shown = "a number" if (rows, columns) == (1, 1) else f"{rows} x {columns}"
            self.assumed.append(f"{name}: {shown}, from the formulas in which it stands")


def parts(source: Source) -> list[list[Passage]]:
    """The passages before the first problem, then those of each problem, in which names mean something else."""
    found: list[list[Passage]] = [[]]
    for passage in source.passages:
        if isinstance(passage, Break) and passage.scope == "restart":
            found.append([])
        found[-1].append(passage)
    return found


__all__ = ["MEANINGS", "check_document", "check_text"]
