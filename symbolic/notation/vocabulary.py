"""The words of mathematical LaTeX as tables: to teach the reader a sign, a function, a font or an accent, add a row.

A command stands here as it is written, with its backslash. What is in no table is a name of its own.
Source: the LaTeX Companion, 3rd edition, chapter 11; the short-math-guide of amsmath; OCR output that writes Unicode.
"""

from __future__ import annotations


def _rows(table: str) -> dict[str, str]:
    """Each word of a line after the first one, with that first word as its meaning."""
    lines = (line.split() for line in table.strip().splitlines())
    return {word: meaning for meaning, *words in lines for word in words}


def _greek(letters: str, names: str) -> dict[str, str]:
    return {letter: "\\" + name for letter, name in zip(letters, names.split(), strict=True)}


# The sign that stands in `Sign.value`, then how it is written.
RELATIONS = _rows(r"""
    =        = \eq
    !=       \ne \neq
    :=       \coloneqq \coloneq \triangleq \defeq \doteq \vcentcolon= \eqdef
    =:       \eqqcolon
    <        < \lt
    <=       \le \leq \leqslant \leqq
    >        > \gt
    >=       \ge \geq \geqslant \geqq
    <<       \ll
    >>       \gg
    equiv    \equiv
    approx   \approx \simeq \approxeq
    cong     \cong
    propto   \propto \varpropto
    ~        \sim
    in       \in
    notin    \notin
    contains \ni
    subset   \subset \subsetneq
    subseteq \subseteq
    supseteq \supset \supseteq
    succ     \succ
    succeq   \succeq \succcurlyeq
    prec     \prec
    preceq   \preceq \preccurlyeq
    ->       \to \rightarrow \longrightarrow
    |->      \mapsto \longmapsto
    <-       \leftarrow \gets \longleftarrow
    perp     \perp \bot
    :        \colon
""")

NEGATED = {"=": "!=", "in": "notin", "equiv": "!=", "<=": ">", ">=": "<", "<": ">=", ">": "<="}

# What connects a chain with the one before it.
LINKS = _rows(r"""
    implies   \implies \Rightarrow \Longrightarrow \rightsquigarrow
    iff       \iff \Leftrightarrow \Longleftrightarrow
    therefore \therefore
    where     \because \forall
    and       \land \wedge
    or        \lor \vee
""")

# The same in words: what a \text says, in small letters, without punctuation at its end.
LINK_WORDS = {
    **dict.fromkeys(["s.t", "st", "s. t", "subject to", "such that"], "s.t."),
    **dict.fromkeys(
        ["where", "with", "for", "for all", "for any", "for every", "for each", "if", "when", "whenever", "given",
         "since", "because", "as", "provided", "provided that", "assuming", "over", "in which", "under"],
        "where",
    ),
    **dict.fromkeys(["and", "also", "while", "respectively", "as well as", "but"], "and"),
    **dict.fromkeys(["or", "or else"], "or"),
    **dict.fromkeys(["i.e", "ie", "that is", "namely", "which is", "in other words"], "implies"),
    **dict.fromkeys(["implies", "which implies", "so", "so that", "then", "gives", "yields"], "implies"),
    **dict.fromkeys(["therefore", "hence", "thus", "and so", "it follows that"], "therefore"),
    **dict.fromkeys(["iff", "if and only if", "is equivalent to", "equivalently"], "iff"),
}  # fmt: skip

# With these a row may begin; they say nothing about the term that follows.
OPENING_WORDS = {
    "let", "set", "put", "define", "consider", "note", "note that", "recall", "recall that", "we have", "we get", "now",
    "clearly",
    "suppose", "assume", "take", "write", "denote", "finally", "similarly", "likewise", "again", "first", "next",
    "or equivalently",
}  # fmt: skip

# Functions that take an argument with or without brackets: the name in the tree, then how it is written.
FUNCTIONS = _rows(r"""
    tr      tr Tr trace Trace
    det     det Det \det
    log     log \log \lg
    ln      ln \ln
    exp     exp \exp
    vec     vec
    vech    vech
    diag    diag Diag
    blkdiag blkdiag blockdiag
    rank    rank rk Rank
    sin     sin \sin
    cos     cos \cos
    tan     tan \tan
    sinh    sinh \sinh
    cosh    cosh \cosh
    tanh    tanh \tanh
    arcsin  arcsin \arcsin
    arccos  arccos \arccos
    arctan  arctan \arctan
    cot     cot \cot
    sign    sign sgn
    dim     dim \dim
    ker     ker null Null nullspace \ker
    range   range Range im col Col colspace
    span    span
    adj     adj
    Var     Var
    Cov     Cov
    relu    ReLU relu
    sigmoid sigmoid
    softmax softmax
    floor   floor
    sup     sup \sup
    inf     inf \inf
    gcd     \gcd
    P       \Pr Pr
""")

# These are functions before a bracket and names elsewhere: (letter, font).
FUNCTIONS_BEFORE_BRACKETS = {("E", "bb"): "E", ("P", "bb"): "P", ("V", "bb"): "Var", ("N", "cal"): "N"}
INDICATORS = {("1", "bb"), ("1", "bf"), ("I", "bb")}

OPTIMA = _rows(r"""
    argmin argmin \argmin arg\min
    argmax argmax \argmax arg\max
    min    min \min minimize minimise
    max    max \max maximize maximise
""")

BIG = {"\\sum": "sum", "\\prod": "prod", "∑": "sum", "∏": "prod"}

PRODUCTS = _rows(r"""
    cdot   \cdot \cdotp \bullet
    times  \times
    odot   \odot
    circ   \circ
    otimes \otimes
    oplus  \oplus
    ast    * \ast
    star   \star
""")

FONTS = _rows(r"""
    bf   \mathbf \boldsymbol \bm \pmb \textbf \mathbfit \symbf \bf \bfseries \boldmath
    bb   \mathbb \mathbbm \mathds \Bbb
    cal  \mathcal \mathscr \mathcalligra \cal
    rm   \mathrm \mathnormal \mathup \rm \operator@font
    it   \mathit \it
    sf   \mathsf \sf \mathsfit
    tt   \mathtt \tt
    frak \mathfrak \frak
""")
FONT_SWITCHES = {"\\bf", "\\bfseries", "\\boldmath", "\\cal", "\\rm", "\\it", "\\sf", "\\tt", "\\frak"}
# Fonts in which several letters are one word; in bold or calligraphic letters they are a product.
WORD_FONTS = {"rm", "it", "sf", "tt"}
# Fonts that the tree does not tell apart from plain letters.
PLAIN_FONTS = {"rm", "it"}

ACCENTS = _rows(r"""
    hat       \hat \widehat
    tilde     \tilde \widetilde
    bar       \bar \overline
    dot       \dot
    ddot      \ddot
    vec       \vec \overrightarrow
    check     \check \widecheck
    breve     \breve
    ring      \mathring
    underline \underline \underbar
    acute     \acute
    grave     \grave
""")

TEXTS = {
    "\\text", "\\textrm", "\\textit", "\\textnormal", "\\mbox", "\\hbox", "\\textsf", "\\texttt", "\\textsc", "\\emph",
    "\\textup", "\\mathchoice",
}  # fmt: skip

DOTS = _rows(r"""
    dots  \dots \ldots \dotsc \dotsi \dotso …
    cdots \cdots \dotsb \dotsm ⋯
    vdots \vdots ⋮
    ddots \ddots \iddots \adots ⋱
""")

# What only moves ink on the page.
SPACES = {
    "\\,", "\\;", "\\:", "\\!", "\\ ", "\\>", "\\/", "\\\n", "\\\t", "~", "\\thinspace", "\\medspace", "\\thickspace",
    "\\negthinspace", "\\negmedspace", "\\negthickspace", "\\displaystyle", "\\textstyle", "\\scriptstyle",
    "\\allowbreak",
    "\\scriptscriptstyle", "\\limits", "\\nolimits", "\\nonumber", "\\notag", "\\mathstrut", "\\strut", "\\relax",
    "\\hline", "\\hdashline", "\\toprule", "\\midrule", "\\bottomrule", "\\normalsize", "\\small", "\\footnotesize",
    "\\large", "\\centering", "\\noindent", "\\break", "\\nobreak", "\\-", "\\null", "\\qedhere", "\\qed",
    "\\unboldmath",
    "\\left\\relax", "\\protect", "\\par", "\\smallskip", "\\medskip", "\\bigskip", "\\newpage", "\\square", "\\Box",
    "\\blacksquare", "\\noalign", "\\displaylimits", "\\upshape", "\\normalfont", "\\mathsurround",
}  # fmt: skip
# ... but may separate the blocks of [A \\; B].
GAPS = {"\\;", "\\:", "\\ ", "\\>", "~", "\\thickspace", "\\medspace"}
WIDE_SPACES = {"\\quad", "\\qquad", "\\enspace", "\\enskip", "\\hfill", "\\hfil", "\\indent"}
# ... with an argument that says how far.
SPACES_WITH_LENGTH = {"\\hspace", "\\vspace", "\\mspace", "\\hskip", "\\kern", "\\mkern", "\\cline", "\\cmidrule"}
SIZES = _rows(r"""
    open   \left \bigl \Bigl \biggl \Biggl
    close  \right \bigr \Bigr \biggr \Biggr
    middle \middle \bigm \Bigm \biggm \Biggm
    any    \big \Big \bigg \Bigg
""")

# Kinds of bracket. The opening one, the closing one, and how they are written.
OPENERS = _rows(r"""
    LP   ( \lparen
    LBR  [ \lbrack
    LCB  \{ \lbrace
    LA   \lvert
    LN   \lVert
    LANG \langle ⟨
    LFL  \lfloor
    LCE  \lceil
""")
CLOSERS = _rows(r"""
    RP   ) \rparen
    RBR  ] \rbrack
    RCB  \} \rbrace
    RA   \rvert
    RN   \rVert
    RANG \rangle ⟩
    RFL  \rfloor
    RCE  \rceil
""")
BARS = _rows(r"""
    BAR  | \vert
    DBAR \| \Vert ‖ ∥
""")
PARTNERS = {
    "RP": {"LP", "LBR"}, "RBR": {"LBR", "LP"}, "RCB": {"LCB"}, "RA": {"LA"}, "RN": {"LN"}, "RANG": {"LANG"},
    "RB": {"LB"},
    "RFL": {"LFL"}, "RCE": {"LCE"}, "END": {"BEGIN"}, "RDOT": {"LP", "LBR", "LCB", "LA", "LN", "LDOT"}, "RAT": {"LDOT"},
}  # fmt: skip
CLOSING = {*PARTNERS}
OPENING = set().union(*PARTNERS.values())

MATRICES = {"matrix", "bmatrix", "pmatrix", "vmatrix", "Vmatrix", "Bmatrix", "smallmatrix", "array", "psmallmatrix",
            "bsmallmatrix", "tabular", "blockarray", "NiceMatrix", "bNiceMatrix", "pNiceMatrix"}  # fmt: skip
CASES = {"cases", "dcases", "rcases", "numcases"}

# Commands that are one sign of the grammar, and what the reader knows to have no meaning for it.
TYPES = {"\\nabla": "NABLA", "\\lim": "LIM", "\\binom": "BINOM", "\\dbinom": "BINOM", "\\mid": "GIVEN"}
UNREAD = set(
    r"""
    \setminus \pm \mp \over \cup \cap \oint \int \iint \ominus \oslash \div \neg \exists \uparrow \downarrow \choose
    \bigcup \bigcap \bigoplus \bigotimes \coprod \atop \limsup \liminf \sideset \prescript \cancelto \ltimes \rtimes
    \backslash \parallel \nmid
""".split()
)

# One character of Unicode, and the LaTeX that it stands for.
UNICODE = {
    "−": "-", "–": "-", "·": "\\cdot", "×": "\\times", "≤": "\\le", "≥": "\\ge", "≠": "\\ne", "∈": "\\in",
    "∉": "\\notin",
    "≈": "\\approx", "∝": "\\propto", "∼": "\\sim", "≡": "\\equiv", "≔": "\\coloneqq", "≜": "\\triangleq", "→": "\\to",
    "↦": "\\mapsto", "⇒": "\\implies", "⟹": "\\implies", "⇔": "\\iff", "⟺": "\\iff", "∴": "\\therefore",
    "∂": "\\partial",
    "∇": "\\nabla", "∞": "\\infty", "⊙": "\\odot", "⊗": "\\otimes", "∘": "\\circ", "⊤": "\\top", "†": "\\dagger",
    "≻": "\\succ", "⪰": "\\succeq", "≽": "\\succeq", "≺": "\\prec", "⪯": "\\preceq", "⊂": "\\subset", "⊆": "\\subseteq",
    "∀": "\\forall", "′": "'", "’": "'", "ℓ": "\\ell", "⊥": "\\perp", "∗": "*", "∣": "|", "\u00a0": " ", "‵": "'",
    "≪": "\\ll",
    "≫": "\\gg", "∑": "\\sum", "∏": "\\prod", "″": "''",
    **_greek("αβγδεζηθικλμνξπ", "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi"),
    **_greek("ρστυφχψωϵϕ", "rho sigma tau upsilon varphi chi psi omega epsilon phi"),
    **_greek("ΓΔΘΛΞΠΣΥΦΨΩ", "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"),
}  # fmt: skip
RAISED = {**dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)), "⁻": "-", "⁺": "+", "ᵀ": "T", "ⁿ": "n"}
LOWERED = {**dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)), "ᵢ": "i", "ⱼ": "j", "ₖ": "k", "ₙ": "n", "ₘ": "m"}

# Several plain letters that are one name and not a product.
ACRONYMS = ("RMSE", "MAP", "MLE", "MSE", "OLS", "RSS", "ReLU")
TRANSPOSES = {"T", "top", "intercal", "transpose"}
