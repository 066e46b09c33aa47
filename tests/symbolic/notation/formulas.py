# ruff: noqa: E501 - a formula and its tree stand on one line
"""Mathematics as people write it, with the tree that it has to become: `LaTeX    tree`, one a line."""

# Several spaces part the two; what stands on the left has single spaces only.
TREES = r"""
X^T    transpose(name:X)
X^\top    transpose(name:X)
X^{\mathsf T}    transpose(name:X)
X^{\mathrm{T}}    transpose(name:X)
X^\mathsf{T}    transpose(name:X)
X^{\intercal}    transpose(name:X)
X^\intercal    transpose(name:X)
X^t    transpose:t(name:X)
X^{-1}    inverse(name:X)
X^{-T}    inverse_transpose(name:X)
X^{-\top}    inverse_transpose(name:X)
X^{-\mathsf{T}}    inverse_transpose(name:X)
X^\dagger    pseudo_inverse(name:X)
X^+    pseudo_inverse(name:X)
X^{+}    pseudo_inverse(name:X)
A^{1/2}    pow(name:A, div:slash(number:1, number:2))
A^{-1/2}    pow(name:A, neg(div:slash(number:1, number:2)))
A^{\frac12}    pow(name:A, div:frac(number:1, number:2))
w^*    star(name:w)
w^{\star}    star(name:w)
w^{*T}    transpose(star(name:w))
w_*    star:_(name:w)
{\bf x}^T    transpose(name:x)
{\bf x}_i    sub(name:x, name:i)
{\bf X^T X}    mul(transpose(name:X), name:X)
\mathbf{X^\top X}    mul(transpose(name:X), name:X)
\mathbf X^T \mathbf y    mul(transpose(name:X), name:y)
\bm{\beta}    name:beta
\boldsymbol\beta    name:beta
\mathcal{L}(w)    mul(name:L, group:((name:w))
\mathcal L    name:L
\mathit{loss}    name:loss
\mathsf{X}    name:X
\mathfrak g    name:g
\hat{\boldsymbol{\beta}}    name:hat beta
\boldsymbol{\hat\beta}    name:hat beta
\widehat{\beta}_{OLS}    sub(name:hat beta, text:OLS)
\hat{\beta}_{\text{OLS}}    sub(name:hat beta, text:OLS)
\bar{x}    name:bar x
\overline{x}    name:bar x
\dot x    name:dot x
\vec{x}    name:vec x
\tilde{X}^\top\tilde{X}    mul(transpose(name:tilde X), name:tilde X)
\hat{w_i}    sub(name:hat w, name:i)
\mathrm{MSE}    name:MSE
\operatorname{foo}(x)    mul(name:foo, group:((name:x))
\text{loss}    name:loss
x'    prime(name:x)
x''    prime(prime(name:x))
X'X    mul(prime(name:X), name:X)
f'(x)    mul(prime(name:f), group:((name:x))
W^{(1)}    name:W^(1)
W^{(l)}    sub:^()(name:W, name:l)
x^{(i)}    sub:^()(name:x, name:i)
W^{(2)T}    transpose(name:W^(2))
W^{(1)\top}    transpose(name:W^(1))
w_{t+1}    sub(name:w, add(name:t, number:1))
x_i^\top    transpose(sub(name:x, name:i))
x^\top_i    transpose(sub(name:x, name:i))
A^{-1}_{ij}    sub(inverse(name:A), mul(name:i, name:j))
A_{ij}^{-1}    inverse(sub(name:A, mul(name:i, name:j)))
A^T_{ij}    sub(transpose(name:A), mul(name:i, name:j))
\Sigma_{xx}^{-1}    inverse(sub(name:Sigma, mul(name:x, name:x)))
\Sigma^{-1}_k    inverse(sub(name:Sigma, name:k))
A_{i,j}    sub(name:A, tuple(name:i, name:j))
A_{:,j}    sub(name:A, tuple(name::, name:j))
A_{i:}    sub(name:A, mul(name:i, name::))
A_{1:k}    sub(name:A, relation::(number:1, name:k))
\|x\|    norm(name:x)
\|x\|_2^2    pow(norm:2(name:x), number:2)
\|x\|^2_2    pow(norm:2(name:x), number:2)
\lVert x\rVert    norm(name:x)
\left\|x\right\|_F^2    pow(norm:F(name:x), number:2)
\left\lVert x \right\rVert_F    norm:F(name:x)
\|x\|_{\infty}    norm:infty(name:x)
\|x\|_*    norm:*(name:x)
\|x\|_{2,1}    norm:2,1(name:x)
\|x\|_A^2    pow(norm:A(name:x), number:2)
||x||_2^2    pow(norm:2(name:x), number:2)
||Xw - y||^2 + \lambda ||w||^2    add(pow(norm(add(mul(name:X, name:w), neg(name:y))), number:2), mul(name:lambda, pow(norm(name:w), number:2)))
\|x\|\|y\|    mul(norm(name:x), norm(name:y))
\|x\| \cdot \|y\|    mul:cdot(norm(name:x), norm(name:y))
|x|    bars(name:x)
|A||B|    mul(bars(name:A), bars(name:B))
|A|^{-1}    inverse(bars(name:A))
\left|A\right|    bars(name:A)
\bigl|A\bigr|    bars(name:A)
\lvert x\rvert    bars(name:x)
|x_i| + |y_i|    add(bars(sub(name:x, name:i)), bars(sub(name:y, name:i)))
\big\|x\big\|    norm(name:x)
\operatorname{tr}(AB)    call:tr(mul(name:A, name:B))
\mathrm{tr}(AB)    call:tr(mul(name:A, name:B))
\text{tr}(AB)    call:tr(mul(name:A, name:B))
\operatorname{tr} AB    call:tr(mul(name:A, name:B))
\operatorname{tr}[AB]    call:tr(mul(name:A, name:B))
\operatorname{tr}\{AB\}    call:tr(mul(name:A, name:B))
\operatorname{Tr}(A)    call:tr(name:A)
\tr(A)    call:tr(name:A)
{\rm tr}(A)    call:tr(name:A)
\mathop{\rm tr}(A)    call:tr(name:A)
\det A    call:det(name:A)
\det(A)    call:det(name:A)
\log\det A    call:log(call:det(name:A))
\log\det(A)    call:log(call:det(name:A))
\log|A|    call:log(bars(name:A))
\ln x    call:ln(name:x)
\log x + y    add(call:log(name:x), name:y)
\exp(-x)    call:exp(neg(name:x))
\exp\{-x\}    call:exp(neg(name:x))
\exp{x}    call:exp(name:x)
\exp{(x)}y    mul(call:exp(name:x), name:y)
\exp\left(-\frac12 x^Tx\right)    call:exp(neg(mul(div:frac(number:1, number:2), transpose(name:x), name:x)))
e^{-x}    pow(name:e, neg(name:x))
\sin^2 x    pow(call:sin(name:x), number:2)
\tfrac12 x    mul(div:frac(number:1, number:2), name:x)
\frac12 x    mul(div:frac(number:1, number:2), name:x)
\dfrac{a}{b}    div:frac(name:a, name:b)
\frac ab    div:frac(name:a, name:b)
\frac1{n}    div:frac(number:1, name:n)
\sqrt{x}    call:sqrt(name:x)
\sqrt2    call:sqrt(number:2)
\sqrt[3]{x}    call:root(name:x, number:3)
\frac{\partial f}{\partial x}    derivative:partial(name:f, name:x)
\frac{\partial}{\partial x} (x^Tx)    derivative:partial(group:((mul(transpose(name:x), name:x)), name:x)
\frac{\partial}{\partial x} x^T A x    derivative:partial(mul(transpose(name:x), name:A, name:x), name:x)
\partial f/\partial x    derivative:partial(name:f, name:x)
\frac{\partial^2 f}{\partial x \partial x^T}    derivative:partial^2(name:f, name:x, transpose(name:x))
\frac{\partial^2 f}{\partial x^2}    derivative:partial^2(name:f, name:x, name:x)
\frac{d}{dx} x^2    derivative:d(pow(name:x, number:2), name:x)
\frac{df}{dx}    derivative:d(name:f, name:x)
\frac{\mathrm{d} f}{\mathrm{d} x}    derivative:d(name:f, name:x)
\frac{\mathrm d f}{\mathrm d x}    derivative:d(name:f, name:x)
df/dx    derivative:d(name:f, name:x)
\frac{\partial \operatorname{tr}(AX)}{\partial X}    derivative:partial(call:tr(mul(name:A, name:X)), name:X)
\frac{\partial f}{\partial X^T}    derivative:partial(name:f, transpose(name:X))
\frac{\partial (x^T A x)}{\partial x}    derivative:partial(group:((mul(transpose(name:x), name:A, name:x)), name:x)
\frac{\partial x^T A x}{\partial x}    derivative:partial(mul(transpose(name:x), name:A, name:x), name:x)
\frac{d}{d+1}    div:frac(name:d, add(name:d, number:1))
\nabla_w f    derivative:nabla(name:f, name:w)
\nabla f(w)    derivative:nabla(mul(name:f, group:((name:w)))
\nabla f(x)^T d    mul(transpose(derivative:nabla(mul(name:f, group:((name:x)))), name:d)
\nabla^2 f(x)    derivative:nabla^2(mul(name:f, group:((name:x)))
\nabla^2 f    derivative:nabla^2(name:f)
\nabla_x^2 f    derivative:nabla^2(name:f, name:x)
\nabla_x x^\top A x    derivative:nabla(mul(transpose(name:x), name:A, name:x), name:x)
\nabla_x (x^\top A x)    derivative:nabla(group:((mul(transpose(name:x), name:A, name:x)), name:x)
\nabla_{W^{(1)}} L    derivative:nabla(name:L, name:W^(1))
\nabla_w \|Xw-y\|^2    derivative:nabla(pow(norm(add(mul(name:X, name:w), neg(name:y))), number:2), name:w)
\nabla_w \frac12 \|w\|^2    derivative:nabla(mul(div:frac(number:1, number:2), pow(norm(name:w), number:2)), name:w)
\nabla_\theta J(\theta)    derivative:nabla(mul(name:J, group:((name:theta)), name:theta)
\mathrm{d}X    differential(name:X)
dX    differential(name:X)
\mathrm{d}(X^{-1})    differential(group:((inverse(name:X)))
\operatorname{tr}(A\,dX)    call:tr(mul(name:A, differential(name:X)))
d\mathbf{X}    differential(name:X)
-X^{-1}(dX)X^{-1}    neg(mul(inverse(name:X), group:((differential(name:X)), inverse(name:X)))
\mathrm{d}\log\det X    differential(call:log(call:det(name:X)))
\sum_{i=1}^n x_i    sum:i(number:1, name:n, sub(name:x, name:i))
\sum_i x_i    sum:i(sub(name:x, name:i))
\sum\limits_{i=1}^n x_i    sum:i(number:1, name:n, sub(name:x, name:i))
\sum_{j\ne i} a_{ij}    sum(relation:!=(name:j, name:i), sub(name:a, mul(name:i, name:j)))
\sum_{i,j} a_{ij}    sum(tuple(name:i, name:j), sub(name:a, mul(name:i, name:j)))
\sum_{1\le i\le n} x_i    sum(relation:<= <=(number:1, name:i, name:n), sub(name:x, name:i))
\sum_{i \in S} x_i    sum(relation:in(name:i, name:S), sub(name:x, name:i))
\sum_{i} a_i + b    add(sum:i(sub(name:a, name:i)), name:b)
\sum_{i=1}^n (x_i - \bar{x})^2    sum:i(number:1, name:n, pow(group:((add(sub(name:x, name:i), neg(name:bar x))), number:2))
\frac1n \sum_{i=1}^n x_i    mul(div:frac(number:1, name:n), sum:i(number:1, name:n, sub(name:x, name:i)))
\sum_{i=1}^{n}\sum_{j=1}^{m} a_{ij}    sum:i(number:1, name:n, sum:j(number:1, name:m, sub(name:a, mul(name:i, name:j))))
\sum_{\substack{i=1\\ i\ne j}}^n x_i    sum(tuple(relation:=(name:i, number:1), relation:!=(name:i, name:j)), name:n, sub(name:x, name:i))
\prod_{i=1}^n p_i    prod:i(number:1, name:n, sub(name:p, name:i))
\begin{bmatrix} a & b \\ c & d \end{bmatrix}    matrix:bmatrix(row(name:a, name:b), row(name:c, name:d))
\begin{pmatrix} a & b \\ c & d \\ \end{pmatrix}    matrix:pmatrix(row(name:a, name:b), row(name:c, name:d))
\left(\begin{array}{cc} a & b \\ c & d \end{array}\right)    matrix:pmatrix(row(name:a, name:b), row(name:c, name:d))
\left[\begin{array}{c|c} A & b \\ \hline c & d \end{array}\right]^{-1}    inverse(matrix:bmatrix(row(name:A, name:b), row(name:c, name:d)))
\begin{vmatrix} a & b \\ c & d \end{vmatrix}    matrix:vmatrix(row(name:a, name:b), row(name:c, name:d))
\left[\begin{smallmatrix} a & b \\ c & d \end{smallmatrix}\right]    matrix:bmatrix(row(name:a, name:b), row(name:c, name:d))
\begin{bmatrix} A & \\ & B \end{bmatrix}    matrix:bmatrix(row(name:A, missing), row(missing, name:B))
\begin{bmatrix} | & & | \\ x_1 & \cdots & x_n \\ | & & | \end{bmatrix}    matrix:bmatrix(row(dots:|, missing, dots:|), row(sub(name:x, number:1), dots:cdots, sub(name:x, name:n)), row(dots:|, missing, dots:|))
\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}    cases(row(name:x, relation:>(name:x, number:0)), row(number:0, text:otherwise))
\begin{cases} x, & \text{if } x > 0, \\ 0, & \text{else.} \end{cases}    cases(row(name:x, relation:>(name:x, number:0)), row(number:0, text:else))
\begin{cases} x & \text{if $x > 0$} \\ 0 & \text{otherwise} \end{cases}    cases(row(name:x, relation:>(name:x, number:0)), row(number:0, text:otherwise))
\left\{ \begin{array}{ll} x & x>0 \\ 0 & x\le 0 \end{array} \right.    cases(row(name:x, relation:>(name:x, number:0)), row(number:0, relation:<=(name:x, number:0)))
[A \quad B]    matrix:[(row(name:A, name:B))
[A, B]    group:[(tuple(name:A, name:B))
[A; B]    matrix:[(row(name:A), row(name:B))
[A \quad B; C \quad D]    matrix:[(row(name:A, name:B), row(name:C, name:D))
(a, b)    group:((tuple(name:a, name:b))
[0, 1)    group:[)(tuple(number:0, number:1))
A \odot B    mul:odot(name:A, name:B)
A \circ B    mul:circ(name:A, name:B)
A \otimes B    mul:otimes(name:A, name:B)
A \times B    mul:times(name:A, name:B)
a \cdot b \cdot c    mul:cdot(name:a, name:b, name:c)
AB \odot C    mul:odot(mul(name:A, name:B), name:C)
\operatorname{vec}(AXB)    call:vec(mul(name:A, name:X, name:B))
\operatorname{vec} X    call:vec(name:X)
\operatorname{diag}(a_1,\dots,a_n)    call:diag(sub(name:a, number:1), dots:dots, sub(name:a, name:n))
\operatorname{rank} A    call:rank(name:A)
\mathbb{1}    name:1
\mathbb{1}\{x > 0\}    indicator(relation:>(name:x, number:0))
\mathbb{1}_{x>0}    indicator(relation:>(name:x, number:0))
\mathbb{1}_n    sub(name:1, name:n)
\mathbf 1    name:1
\mathbf{1}_n^T x    mul(transpose(sub(name:1, name:n)), name:x)
\mathbf{1}\mathbf{1}^T    mul(name:1, transpose(name:1))
\mathbb{I}(x > 0)    indicator(relation:>(name:x, number:0))
1\{x>0\}    indicator(relation:>(name:x, number:0))
\arg\min_w f(w)    argmin(mul(name:f, group:((name:w)), name:w)
\operatorname{argmin}_w f    argmin(name:f, name:w)
\operatorname*{argmin}_w f    argmin(name:f, name:w)
\operatorname*{arg\,min}_{w} \|Xw-y\|^2    argmin(pow(norm(add(mul(name:X, name:w), neg(name:y))), number:2), name:w)
\underset{w}{\operatorname{argmin}} \|w\|^2    argmin(pow(norm(name:w), number:2), name:w)
\underset{w}{\arg\min}\; f(w)    argmin(mul(name:f, group:((name:w)), name:w)
\argmin_w f(w)    argmin(mul(name:f, group:((name:w)), name:w)
\min_w \|w\|    min(norm(name:w), name:w)
\max(0, x)    call:max(number:0, name:x)
\max\{0, x\}    call:max(number:0, name:x)
\min_w \max_v f    min(max(name:f, name:v), name:w)
\mathop{\rm argmin}_w f    argmin(name:f, name:w)
\text{argmin}_w f    argmin(name:f, name:w)
\lim_{\lambda\to0} f(\lambda)    limit(mul(name:f, group:((name:lambda)), name:lambda, number:0)
\lim_{\lambda \to 0^+} (X^TX + \lambda I)^{-1}X^T    limit:+(mul(inverse(group:((add(mul(transpose(name:X), name:X), mul(name:lambda, name:I)))), transpose(name:X)), name:lambda, number:0)
\mathcal N(\mu, \Sigma)    call:N(name:mu, name:Sigma)
\mathcal{N}(x \mid \mu, \Sigma)    call:N(given(name:x, tuple(name:mu, name:Sigma)))
\mathbb E[x]    call:E(name:x)
\mathbb{E}_{x}[f(x)]    call:E_x(mul(name:f, group:((name:x)))
E[x]    mul(name:E, group:[(name:x))
\operatorname{Cov}(x, y)    call:Cov(name:x, name:y)
\mathrm{Var}(x)    call:Var(name:x)
\underbrace{X^TX}_{A}    over(mul(transpose(name:X), name:X), text:A)
\underbrace{X^TX (X^TX)^{-1}}_{=I} y    mul(over(mul(transpose(name:X), name:X, inverse(group:((mul(transpose(name:X), name:X)))), text:=I), name:y)
\overbrace{a+b}^{\text{sum}}    over(add(name:a, name:b), text:sum)
\boxed{A + B}    add(name:A, name:B)
\textcolor{red}{A} B    mul(name:A, name:B)
\cancel{A} B    mul(name:A, name:B)
\color{red} A    name:A
A/b    div:slash(name:A, name:b)
A/2 + B    add(div:slash(name:A, number:2), name:B)
1/2 x    mul(div:slash(number:1, number:2), name:x)
\frac{1}{n}/2    div:slash(div:frac(number:1, name:n), number:2)
\{x \mid x > 0\}    group:{(given(name:x, relation:>(name:x, number:0)))
\{x : x > 0\}    group:{(given(name:x, relation:>(name:x, number:0)))
\{1, 2, \ldots, n\}    group:{(tuple(number:1, number:2, dots:dots, name:n))
\langle x, y\rangle    call:inner(name:x, name:y)
\left\langle x, y \right\rangle    call:inner(name:x, name:y)
V I V^T    mul(name:V, name:I, transpose(name:V))
\mathbf{W}^{(2)}    name:W^(2)
\myop x    mul(name:myop, name:x)
\varepsilon    name:varepsilon
p(y | x)    mul(name:p, group:((given(name:y, name:x)))
P(A|B)    mul(name:P, group:((given(name:A, name:B)))
f(x)|_{x=0}    at(mul(name:f, group:((name:x)), relation:=(name:x, number:0))
\frac{df}{dx}\Big|_{x=0}    at(derivative:d(name:f, name:x), relation:=(name:x, number:0))
\left. \frac{df}{dx}\right|_{x=0}    at(derivative:d(name:f, name:x), relation:=(name:x, number:0))
{A}^T    transpose(name:A)
{(AB)}^T    transpose(group:((mul(name:A, name:B)))
{a+b}c    add(name:a, mul(name:b, name:c))
-A + B    add(neg(name:A), name:B)
+A    name:A
a b c d    mul(name:a, name:b, name:c, name:d)
2x    mul(number:2, name:x)
2 \times 3    mul:times(number:2, number:3)
0.5    number:0.5
.5 x    mul(number:.5, name:x)
10    number:10
x^{10}    pow(name:x, number:10)
A^{10^9}    pow(name:A, pow(number:10, number:9))
\delta_{ij}    sub(name:delta, mul(name:i, name:j))
\Delta w    mul(name:Delta, name:w)
\lambda_{\max}    sub(name:lambda, text:max)
\lambda_{\max}(A)    mul(sub(name:lambda, text:max), group:((name:A))
\sigma_{\min}(A)    mul(sub(name:sigma, text:min), group:((name:A))
x_{\text{max}}    sub(name:x, text:max)
x^{\prime}    prime(name:x)
x^{\prime T}    transpose(prime(name:x))
I_n    sub(name:I, name:n)
0_{m\times n}    sub(number:0, mul:times(name:m, name:n))
\mathbf{0}    name:0
\mathbb{R}^{n\times n}    pow(name:R, mul:times(name:n, name:n))
S^n_{++}    pow(sub(name:S, text:++), name:n)
\ell_2    sub(name:ell, number:2)
x^{-}    pow(name:x, text:-)
A^{-}    pow(name:A, text:-)
A^H    star:H(name:A)
A^{\perp}    pow(name:A, name:perp)
U_{\parallel}    sub(name:U, name:parallel)
X^{\text{T}}    transpose(name:X)
X^{\rm T}    transpose(name:X)
X^{T}X    mul(transpose(name:X), name:X)
( X ^ { T } X ) ^ { - 1 }    inverse(group:((mul(transpose(name:X), name:X)))
\left ( X ^ { \top } X + \lambda I \right ) ^ { - 1 }    inverse(group:((add(mul(transpose(name:X), name:X), mul(name:lambda, name:I))))
{\bf X}^{\rm T}{\bf y}    mul(transpose(name:X), name:y)
\operatorname* { a r g m i n }_w f    argmin(name:f, name:w)
\mathrm { t r } ( A B )    call:tr(mul(name:A, name:B))
\operatorname { t r } ( A B )    call:tr(mul(name:A, name:B))
\mathbf { X } ^ { \top }    transpose(name:X)
\frac { \partial f } { \partial x }    derivative:partial(name:f, name:x)
\| \mathbf { x } \| _ { 2 } ^ { 2 }    pow(norm:2(name:x), number:2)
\frac{\partial}{\partial W}\operatorname{tr}(A W)    derivative:partial(call:tr(mul(name:A, name:W)), name:W)
\frac{\partial}{\partial x_k}\left[ x^T A x \right]    derivative:partial(group:[(mul(transpose(name:x), name:A, name:x)), sub(name:x, name:k))
\frac{\partial f(x)}{\partial x}    derivative:partial(mul(name:f, group:((name:x)), name:x)
\frac{d f(x)}{d x}    derivative:d(mul(name:f, group:((name:x)), name:x)
\frac{d}{dt} e^{tA}    derivative:d(pow(name:e, mul(name:t, name:A)), name:t)
\frac{d\mathbf{f}}{d\mathbf{x}}    derivative:d(name:f, name:x)
\frac{\partial L}{\partial W^{(1)}}    derivative:partial(name:L, name:W^(1))
\frac{\partial \ell}{\partial \mathbf{b}_i}    derivative:partial(name:ell, sub(name:b, name:i))
\frac{\partial\hat y}{\partial z}    derivative:partial(name:hat y, name:z)
\frac{\partial f}{\partial X_{ij}}    derivative:partial(name:f, sub(name:X, mul(name:i, name:j)))
\frac{\partial (Ax)_i}{\partial x_j}    derivative:partial(sub(group:((mul(name:A, name:x)), name:i), sub(name:x, name:j))
\nabla_x f(x, y)    derivative:nabla(mul(name:f, group:((tuple(name:x, name:y))), name:x)
\nabla_x (x^Tx)^2    derivative:nabla(pow(group:((mul(transpose(name:x), name:x)), number:2), name:x)
\nabla f^T d    mul(transpose(derivative:nabla(name:f)), name:d)
\nabla_X \log\det X    derivative:nabla(call:log(call:det(name:X)), name:X)
\nabla_X \operatorname{tr}(AX)    derivative:nabla(call:tr(mul(name:A, name:X)), name:X)
\nabla_X f(X)^\top    transpose(derivative:nabla(mul(name:f, group:((name:X)), name:X))
\nabla L(W^{(1)})    derivative:nabla(mul(name:L, group:((name:W^(1))))
\operatorname{tr}(A) \operatorname{tr}(B)    mul(call:tr(name:A), call:tr(name:B))
\operatorname{tr}(A)^2    pow(call:tr(name:A), number:2)
\det(A)^{-1}    inverse(call:det(name:A))
\log (1 + x)    call:log(add(number:1, name:x))
\frac12 \log|\Sigma| + \frac n2\log(2\pi)    add(mul(div:frac(number:1, number:2), call:log(bars(name:Sigma))), mul(div:frac(name:n, number:2), call:log(mul(number:2, name:pi))))
\log\frac{a}{b}    call:log(div:frac(name:a, name:b))
\log p(x)    call:log(mul(name:p, group:((name:x)))
\exp\Bigl(-\tfrac{1}{2}(x-\mu)^T\Sigma^{-1}(x-\mu)\Bigr)    call:exp(neg(mul(div:frac(number:1, number:2), transpose(group:((add(name:x, neg(name:mu)))), inverse(name:Sigma), group:((add(name:x, neg(name:mu))))))
\frac{1}{(2\pi)^{n/2}|\Sigma|^{1/2}}    div:frac(number:1, mul(pow(group:((mul(number:2, name:pi)), div:slash(name:n, number:2)), pow(bars(name:Sigma), div:slash(number:1, number:2))))
\frac{1}{\sqrt{2\pi}\sigma} e^{-(x-\mu)^2/(2\sigma^2)}    mul(div:frac(number:1, mul(call:sqrt(mul(number:2, name:pi)), name:sigma)), pow(name:e, neg(div:slash(pow(group:((add(name:x, neg(name:mu))), number:2), group:((mul(number:2, pow(name:sigma, number:2)))))))
|\Sigma|^{-1/2}    pow(bars(name:Sigma), neg(div:slash(number:1, number:2)))
|x|^2    pow(bars(name:x), number:2)
|a-b||c|    mul(bars(add(name:a, neg(name:b))), bars(name:c))
\lVert Ax-b\rVert^2_2+\lambda\lVert x\rVert_1    add(pow(norm:2(add(mul(name:A, name:x), neg(name:b))), number:2), mul(name:lambda, norm:1(name:x)))
\left\|\frac{x}{\|x\|}\right\|    norm(div:frac(name:x, norm(name:x)))
\norm{x}_2    norm:2(name:x)
\abs{x}    bars(name:x)
\norm*{\frac{x}{2}}    norm(div:frac(name:x, number:2))
\sum_{i=1}^n\|x_i\|^2    sum:i(number:1, name:n, pow(norm(sub(name:x, name:i)), number:2))
\sum_{i} \lambda_i u_i u_i^T    sum:i(mul(sub(name:lambda, name:i), sub(name:u, name:i), transpose(sub(name:u, name:i))))
\sum_{i=1}^{r} \sigma_i u_i v_i^\top    sum:i(number:1, name:r, mul(sub(name:sigma, name:i), sub(name:u, name:i), transpose(sub(name:v, name:i))))
\sum_{k=0}^\infty A^k    sum:k(number:0, name:infty, pow(name:A, name:k))
\sum_{i\neq j} x_i x_j    sum(relation:!=(name:i, name:j), mul(sub(name:x, name:i), sub(name:x, name:j)))
\sum_{x \in X} f(x)    sum(relation:in(name:x, name:X), mul(name:f, group:((name:x)))
\prod_{i=1}^n f(y_i | w)    prod:i(number:1, name:n, mul(name:f, group:((given(sub(name:y, name:i), name:w))))
\sum_i x_i/n    sum:i(div:slash(sub(name:x, name:i), name:n))
\sum_i -x_i    sum:i(neg(sub(name:x, name:i)))
\sum_{i=1}^n (y_i - w^Tx_i)^2 + \lambda \|w\|^2    add(sum:i(number:1, name:n, pow(group:((add(sub(name:y, name:i), neg(mul(transpose(name:w), sub(name:x, name:i))))), number:2)), mul(name:lambda, pow(norm(name:w), number:2)))
-\sum_i x_i    neg(sum:i(sub(name:x, name:i)))
2\sum_i x_i y_i    mul(number:2, sum:i(mul(sub(name:x, name:i), sub(name:y, name:i))))
A\sum_i x_i    mul(name:A, sum:i(sub(name:x, name:i)))
(\sum_i x_i)^2    pow(group:((sum:i(sub(name:x, name:i))), number:2)
\left(\sum_{i=1}^n x_i\right)^{-1}    inverse(group:((sum:i(number:1, name:n, sub(name:x, name:i))))
\operatorname{diag}(\sigma_1^2, \ldots, \sigma_n^2)    call:diag(pow(sub(name:sigma, number:1), number:2), dots:dots, pow(sub(name:sigma, name:n), number:2))
\operatorname{diag}(x)A    mul(call:diag(name:x), name:A)
\text{Diag}(x)    call:diag(name:x)
\begin{bmatrix} A & B \end{bmatrix}\begin{bmatrix} x \\ y \end{bmatrix}    mul(matrix:bmatrix(row(name:A, name:B)), matrix:bmatrix(row(name:x), row(name:y)))
\begin{bmatrix} 1 & \cdots & 0 \\ \vdots & \ddots & \vdots \\ 0 & \cdots & 1 \end{bmatrix}    matrix:bmatrix(row(number:1, dots:cdots, number:0), row(dots:vdots, dots:ddots, dots:vdots), row(number:0, dots:cdots, number:1))
\begin{matrix} a & b \end{matrix}    matrix:matrix(row(name:a, name:b))
\begin{bmatrix} \frac{1}{2} & -1 \\ x+y & 0 \end{bmatrix}^T    transpose(matrix:bmatrix(row(div:frac(number:1, number:2), neg(number:1)), row(add(name:x, name:y), number:0)))
\left(\begin{smallmatrix} a \\ b \end{smallmatrix}\right)    matrix:pmatrix(row(name:a), row(name:b))
\bigl(\begin{smallmatrix} a & b \end{smallmatrix}\bigr)    matrix:pmatrix(row(name:a, name:b))
[A \mid b]    group:[(given(name:A, name:b))
[x_1, x_2, \dots, x_n]    group:[(tuple(sub(name:x, number:1), sub(name:x, number:2), dots:dots, sub(name:x, name:n)))
\left[\, I_n - P \,\right]    group:[(add(sub(name:I, name:n), neg(name:P)))
\left[ A \, B \right]    group:[(mul(name:A, name:B))
(A \quad B)    matrix:((row(name:A, name:B))
\{w : \|w\| \le 1\}    group:{(given(name:w, relation:<=(norm(name:w), number:1)))
\{0, 1\}^n    pow(group:{(tuple(number:0, number:1)), name:n)
A^{T}B^{-1}C    mul(transpose(name:A), inverse(name:B), name:C)
A^{-1}B^{-T}    mul(inverse(name:A), inverse_transpose(name:B))
(AB)^{-1}    inverse(group:((mul(name:A, name:B)))
(A^T)^{-1}    inverse(group:((transpose(name:A)))
(A^{-1})^T    transpose(group:((inverse(name:A)))
(X'X)^{-1}X'y    mul(inverse(group:((mul(prime(name:X), name:X))), prime(name:X), name:y)
X^\prime X    mul(prime(name:X), name:X)
x_{i}^{2}    pow(sub(name:x, name:i), number:2)
x_i^{(t)}    sub(sub:^()(name:x, name:t), name:i)
x^{(t+1)}    sub:^()(name:x, add(name:t, number:1))
w^{(t)}_j    sub(sub:^()(name:w, name:t), name:j)
W^{[1]}    name:W^[1]
W^{[l]T}    transpose(sub:^[](name:W, name:l))
\mathbf{W}^{(2)\top}    transpose(name:W^(2))
a^{[2](i)}    sub:^()(name:a^[2], name:i)
w_{ij}^{(l)}    sub(sub:^()(name:w, name:l), mul(name:i, name:j))
\Sigma^\dagger    pseudo_inverse(name:Sigma)
\Sigma^{+}    pseudo_inverse(name:Sigma)
\hat\Sigma^{-1}    inverse(name:hat Sigma)
\hat{\mathbf{X}}^\top    transpose(name:hat X)
\hat{X}_i    sub(name:hat X, name:i)
\bar X_{\cdot j}    sub(name:bar X, mul(dots:cdot, name:j))
\tilde{\boldsymbol\theta}    name:tilde theta
\widehat{\mathbf{y}}    name:hat y
\underline{x}    name:underline x
\bar{\bar x}    name:bar bar x
\vec{v}\cdot\vec{w}    mul:cdot(name:vec v, name:vec w)
\operatorname{vec}(A)^T    transpose(call:vec(name:A))
(B^T \otimes A)\operatorname{vec}(X)    mul(group:((mul:otimes(transpose(name:B), name:A)), call:vec(name:X))
A \otimes B \otimes C    mul:otimes(name:A, name:B, name:C)
x \odot y \odot z    mul:odot(name:x, name:y, name:z)
W^T\delta \odot \sigma'(z)    mul:odot(mul(transpose(name:W), name:delta), mul(prime(name:sigma), group:((name:z)))
(W^T \delta) \odot f'(z)    mul:odot(group:((mul(transpose(name:W), name:delta)), mul(prime(name:f), group:((name:z)))
A^{\circ 2}    pow:circ(name:A, number:2)
A^{\odot 2}    pow:odot(name:A, number:2)
\lambda A \odot B    mul:odot(mul(name:lambda, name:A), name:B)
2 \cdot A \odot B    mul:odot(mul:cdot(number:2, name:A), name:B)
a/b/c    div:slash(div:slash(name:a, name:b), name:c)
a/b \cdot c    mul:cdot(div:slash(name:a, name:b), name:c)
1/\sqrt{n}    div:slash(number:1, call:sqrt(name:n))
1/n \sum_i x_i    mul(div:slash(number:1, name:n), sum:i(sub(name:x, name:i)))
\lambda/2 \|w\|^2    mul(div:slash(name:lambda, number:2), pow(norm(name:w), number:2))
x/f(y)    div:slash(name:x, mul(name:f, group:((name:y)))
(a+b)/(c+d)    div:slash(group:((add(name:a, name:b)), group:((add(name:c, name:d)))
1/(1+e^{-x})    div:slash(number:1, group:((add(number:1, pow(name:e, neg(name:x)))))
e^{-\|w\|^2/2}    pow(name:e, neg(div:slash(pow(norm(name:w), number:2), number:2)))
\frac{x^2}{2}/\sigma^2    div:slash(div:frac(pow(name:x, number:2), number:2), pow(name:sigma, number:2))
\frac{\frac{a}{b}}{c}    div:frac(div:frac(name:a, name:b), name:c)
\sqrt{\frac{a}{b}}    call:sqrt(div:frac(name:a, name:b))
\sqrt{x^Tx}    call:sqrt(mul(transpose(name:x), name:x))
\sqrt\lambda I    mul(call:sqrt(name:lambda), name:I)
\sqrt{\lambda}^2    pow(call:sqrt(name:lambda), number:2)
\mathbb{R}^n    pow(name:R, name:n)
\mathbb{R}    name:R
\mathbb{R}_{>0}    sub(name:R, text:>0)
\mathbb{R}_+^n    pow(sub(name:R, text:+), name:n)
\mathbb{S}^n_{++}    pow(sub(name:S, text:++), name:n)
\mathbb{R}^{n \times (m+1)}    pow(name:R, mul:times(name:n, group:((add(name:m, number:1))))
\mathbf{1}_n\mathbf{1}_n^\top    mul(sub(name:1, name:n), transpose(sub(name:1, name:n)))
\mathbb{1}_n^T    transpose(sub(name:1, name:n))
\mathbb{1}[x > 0]    indicator(relation:>(name:x, number:0))
\mathbf{1}\{x>0\}    indicator(relation:>(name:x, number:0))
\mathbf{1}(x>0)    indicator(relation:>(name:x, number:0))
\mathbf{0}_{m \times n}    sub(name:0, mul:times(name:m, name:n))
0_n    sub(number:0, name:n)
\arg\max_{\theta} \log p(x \mid \theta)    argmax(call:log(mul(name:p, group:((given(name:x, name:theta)))), name:theta)
\underset{x\in\mathbb{R}^n}{\arg\min} f(x)    argmin(mul(name:f, group:((name:x)), relation:in(name:x, pow(name:R, name:n)))
\min_{x} f(x) + g(x)    min(add(mul(name:f, group:((name:x)), mul(name:g, group:((name:x))), name:x)
a + \min_w f    add(name:a, min(name:f, name:w))
\min\{a, b\}    call:min(name:a, name:b)
\min_{x: Ax = b} \|x\|    min(norm(name:x), name:x, relation:=(mul(name:A, name:x), name:b))
\min_{\|x\|=1} x^TAx    min(mul(transpose(name:x), name:A, name:x), missing, relation:=(norm(name:x), number:1))
\max_{i} |x_i|    max(bars(sub(name:x, name:i)), name:i)
\sup_x f(x)    call:sup_x(mul(name:f, group:((name:x)))
\lim_{n\to\infty} A^n    limit(pow(name:A, name:n), name:n, name:infty)
\lim_{x \to 0} f(x) + 1    add(limit(mul(name:f, group:((name:x)), name:x, number:0), number:1)
\mathbb{E}[xx^T]    call:E(mul(name:x, transpose(name:x)))
\mathbb{E}\left[ x \right]    call:E(name:x)
\operatorname{E}[x]    call:E(name:x)
\operatorname{Var}[x]    call:Var(name:x)
\mathcal{N}(0, \sigma^2 I)    call:N(number:0, mul(pow(name:sigma, number:2), name:I))
\mathcal{O}(n^3)    mul(name:O, group:((pow(name:n, number:3)))
P(X \le x)    mul(name:P, group:((relation:<=(name:X, name:x)))
f \circ g    mul:circ(name:f, name:g)
\langle Ax, y \rangle    call:inner(mul(name:A, name:x), name:y)
\langle x \mid y \rangle    call:inner(name:x, name:y)
\binom{n}{k}    call:binom(name:n, name:k)
\lfloor n/2 \rfloor    call:floor(div:slash(name:n, number:2))
\infty    name:infty
\ell(w)    mul(name:ell, group:((name:w))
\epsilon    name:epsilon
\mathscr{F}    name:F
e'_i    prime(sub(name:e, name:i))
\frac{-(b - \Delta b)}{w - \Delta w}    div:frac(neg(group:((add(name:b, neg(mul(name:Delta, name:b))))), add(name:w, neg(mul(name:Delta, name:w))))
\mathrm{d}(AB)    differential(group:((mul(name:A, name:B)))
\mathrm{d}A\,B + A\,\mathrm{d}B    add(mul(differential(name:A), name:B), mul(name:A, differential(name:B)))
(\mathrm{d}X)^T    transpose(group:((differential(name:X)))
\mathrm{d}X^{-1}    differential(inverse(name:X))
d(AB)    mul(name:d, group:((mul(name:A, name:B)))
d I    mul(name:d, name:I)
n d    mul(name:n, name:d)
λx + Σ    add(mul(name:lambda, name:x), name:Sigma)
XᵀX    mul(transpose(name:X), name:X)
x² + y    add(pow(name:x, number:2), name:y)
A⁻¹    inverse(name:A)
∂f/∂x    derivative:partial(name:f, name:x)
‖x‖₂²    pow(norm:2(name:x), number:2)
a·b    mul:cdot(name:a, name:b)
a − b    add(name:a, neg(name:b))
X^T X \mathbf{w}    mul(transpose(name:X), name:X, name:w)
\text{row k of } A    mul(text:row k of, name:A)
\text{loss}(w)    mul(name:loss, group:((name:w))
\mathrm{ReLU}(x)    call:relu(name:x)
\text{softmax}(x)    call:softmax(name:x)
\sigma(Wx + b)    mul(name:sigma, group:((add(mul(name:W, name:x), name:b)))
\phantom{=} A    name:A
\mathop{\mathrm{argmin}}_{w} f    argmin(name:f, name:w)
\mathrel{A}    name:A
\smash{A} B    mul(name:A, name:B)
\color{blue}{A} + B    add(name:A, name:B)
\left(A\right)    group:((name:A)
\big(A\big)    group:((name:A)
\Bigg[A\Bigg]    group:[(name:A)
\mathbf\hat x    name:hat x
\hat \mathbf{x}    name:hat x
\hat{\mathbf x}    name:hat x
\mathbf{\Sigma}    name:Sigma
\mathbf{12}    name:12
\mathbf{Xw}    mul(name:X, name:w)
\bm X\bm w    mul(name:X, name:w)
A\ B    mul(name:A, name:B)
A~B    mul(name:A, name:B)
A\;B    mul(name:A, name:B)
A\!B    mul(name:A, name:B)
a, b    tuple(name:a, name:b)
\ldots    dots:dots
x_1, \ldots, x_n    tuple(sub(name:x, number:1), dots:dots, sub(name:x, name:n))
x^{2n}    pow(name:x, mul(number:2, name:n))
A^{ij}    pow(name:A, mul(name:i, name:j))
x^{ab}    pow(name:x, mul(name:a, name:b))
\sum_{t=1}^T x_t    sum:t(number:1, name:T, sub(name:x, name:t))
W^{(2)T}_i    sub(transpose(name:W^(2)), name:i)
W^{(l+1)\top}    transpose(sub:^()(name:W, add(name:l, number:1)))
e^{t}    pow(name:e, name:t)
2^t    pow(number:2, name:t)
\gamma^t    transpose:t(name:gamma)
x^{n-1}    pow(name:x, add(name:n, neg(number:1)))
(-1)^{i+j}    pow(group:((neg(number:1)), add(name:i, name:j))
x^{T}_{i}    transpose(sub(name:x, name:i))
A^{*}B^{*}    mul(star(name:A), star(name:B))
{\mathrm{tr}}(A)    call:tr(name:A)
\operatorname{tr}\!\left(A\right)    call:tr(name:A)
\mathrm{tr}\,(A)    call:tr(name:A)
\mbox{tr}(A)    call:tr(name:A)
\mathbb{E}\!\left[x\right]    call:E(name:x)
\Vert x \Vert^2    pow(norm(name:x), number:2)
\left\Vert x\right\Vert_2    norm:2(name:x)
\vert x\vert    bars(name:x)
X^{\!\top}    transpose(name:X)
X^{\,T}    transpose(name:X)
X^{'}    prime(name:X)
x^{\sf T}    transpose(name:x)
x^{\tt T}    transpose(name:x)
\sum\nolimits_i x_i    sum:i(sub(name:x, name:i))
\arg\min\limits_w f    argmin(name:f, name:w)
\operatornamewithlimits{argmin}_w f    argmin(name:f, name:w)
\text{minimize}_w f    min(name:f, name:w)
\underset{w}{\mathrm{minimize}} \; f(w)    min(mul(name:f, group:((name:w)), name:w)
\underset{w}{\text{minimize}} \; f(w)    min(mul(name:f, group:((name:w)), name:w)
\mathop{\arg\min}_{w} f    argmin(name:f, name:w)
\textstyle\sum_i x_i    sum:i(sub(name:x, name:i))
\displaystyle\frac{1}{2}    div:frac(number:1, number:2)
A^{\mathrm{-1}}    inverse(name:A)
A^{\mathsf{-T}}    inverse_transpose(name:A)
\left(X^{\top}X\right)^{\!-1}    inverse(group:((mul(transpose(name:X), name:X)))
\mathbf{x}_{i}^{\top}    transpose(sub(name:x, name:i))
\bigg(\frac{a}{b}\bigg)^2    pow(group:((div:frac(name:a, name:b)), number:2)
\left[\frac{\partial f}{\partial x}\right]^T    transpose(group:[(derivative:partial(name:f, name:x)))
\left(\frac{\partial f}{\partial x}\right)^{\top}    transpose(group:((derivative:partial(name:f, name:x)))
\frac{\partial f}{\partial x}^T    transpose(derivative:partial(name:f, name:x))
\frac{\partial \mathbf{f}}{\partial \mathbf{x}^\top}    derivative:partial(name:f, transpose(name:x))
\frac{\partial^2 f}{\partial x_i\,\partial x_j}    derivative:partial^2(name:f, sub(name:x, name:i), sub(name:x, name:j))
\frac{\partial^2 f}{\partial x^{2}}    derivative:partial^2(name:f, name:x, name:x)
\frac{\partial}{\partial w}\left\{ \frac12\|w\|^2 \right\}    derivative:partial(group:{(mul(div:frac(number:1, number:2), pow(norm(name:w), number:2))), name:w)
\frac{\partial}{\partial w}\left[f\right] + g    add(derivative:partial(group:[(name:f), name:w), name:g)
\frac{\partial}{\partial w} f(w)    derivative:partial(mul(name:f, group:((name:w)), name:w)
\frac{\partial}{\partial w} \sum_i (y_i - w^Tx_i)^2    derivative:partial(sum:i(pow(group:((add(sub(name:y, name:i), neg(mul(transpose(name:w), sub(name:x, name:i))))), number:2)), name:w)
\frac{\partial}{\partial w} f + g    add(derivative:partial(name:f, name:w), name:g)
\frac{\mathrm{d}}{\mathrm{d}w} f(w)    derivative:d(mul(name:f, group:((name:w)), name:w)
\frac{{\rm d}f}{{\rm d}x}    derivative:d(name:f, name:x)
\frac{\mathrm{d}^2 f}{\mathrm{d}x^2}    derivative:d^2(name:f, name:x, name:x)
\partial f(x)/\partial x    derivative:partial(mul(name:f, group:((name:x)), name:x)
D f(x)    mul(name:D, name:f, group:((name:x))
Df(x)[H]    mul(name:D, name:f, group:((name:x), group:[(name:H))
f'(X)    mul(prime(name:f), group:((name:X))
\dot{x}^T    transpose(name:dot x)
\ddot{x}    name:ddot x
\lambda_i(A)    mul(sub(name:lambda, name:i), group:((name:A))
\lambda_{\max}(X^TX)    mul(sub(name:lambda, text:max), group:((mul(transpose(name:X), name:X)))
\sigma_1^2    pow(sub(name:sigma, number:1), number:2)
\operatorname{rank}(A) + \dim\ker(A)    add(call:rank(name:A), call:dim(call:ker(name:A)))
\operatorname{span}\{x, y\}    call:span(name:x, name:y)
\ker A    call:ker(name:A)
\mathcal{R}(A)    mul(name:R, group:((name:A))
\operatorname{Range}(A)    call:range(name:A)
\mathrm{col}(A)    call:range(name:A)
A^{\frac{1}{2}}    pow(name:A, div:frac(number:1, number:2))
A^{1/2}B^{-1/2}    mul(pow(name:A, div:slash(number:1, number:2)), pow(name:B, neg(div:slash(number:1, number:2))))
(A^{1/2})^T    transpose(group:((pow(name:A, div:slash(number:1, number:2))))
\|A^{1/2}x\|_2    norm:2(mul(pow(name:A, div:slash(number:1, number:2)), name:x))
\|x\|_{A^{-1}}^2    pow(norm:inverse(name:A)(name:x), number:2)
\|x\|_p^p    pow(norm:p(name:x), name:p)
\|X\|_{\mathrm{F}}^2    pow(norm:F(name:X), number:2)
\|A\|_{\text{op}}    norm:op(name:A)
\|A\|_{2\to2}    norm:relation:->(number:2, number:2)(name:A)
|A^{-1}|    bars(inverse(name:A))
\det(A)\det(B)    mul(call:det(name:A), call:det(name:B))
\det A \det B    mul(call:det(name:A), call:det(name:B))
\det AB    call:det(mul(name:A, name:B))
\det(A + uv^T)    call:det(add(name:A, mul(name:u, transpose(name:v))))
\exp(A)\exp(B)    mul(call:exp(name:A), call:exp(name:B))
\log\left(\sum_{i}\exp(x_i)\right)    call:log(sum:i(call:exp(sub(name:x, name:i))))
\log \sum_i e^{x_i}    call:log(sum:i(pow(name:e, sub(name:x, name:i))))
\sum_i \log p_i    sum:i(call:log(sub(name:p, name:i)))
-\log p(y \mid x)    neg(call:log(mul(name:p, group:((given(name:y, name:x)))))
\frac{e^{x_i}}{\sum_j e^{x_j}}    div:frac(pow(name:e, sub(name:x, name:i)), sum:j(pow(name:e, sub(name:x, name:j))))
\mathbf{e}_i^\top A \mathbf{e}_j    mul(transpose(sub(name:e, name:i)), name:A, sub(name:e, name:j))
e_i e_j^T    mul(sub(name:e, name:i), transpose(sub(name:e, name:j)))
E_{ij}    sub(name:E, mul(name:i, name:j))
\delta_{ij} A_{kl}    mul(sub(name:delta, mul(name:i, name:j)), sub(name:A, mul(name:k, name:l)))
A_{i\cdot}    sub(name:A, mul(name:i, dots:cdot))
A_{\cdot j}    sub(name:A, mul(dots:cdot, name:j))
A_{i,:}    sub(name:A, tuple(name:i, name::))
A_{:,1:k}    sub(name:A, tuple(name::, relation::(number:1, name:k)))
[A]_{ij}    sub(group:[(name:A), mul(name:i, name:j))
(AB)_{ij}    sub(group:((mul(name:A, name:B)), mul(name:i, name:j))
(A^{-1})_{ij}    sub(group:((inverse(name:A)), mul(name:i, name:j))
[AB]_{i,j}    sub(group:[(mul(name:A, name:B)), tuple(name:i, name:j))
\mathbf{X}_{[1:k]}    sub(name:X, group:[(relation::(number:1, name:k)))
\begin{bmatrix} x_1^\top \\ \vdots \\ x_n^\top \end{bmatrix}    matrix:bmatrix(row(transpose(sub(name:x, number:1))), row(dots:vdots), row(transpose(sub(name:x, name:n))))
\begin{bmatrix} A & 0 \\ 0 & I_n \end{bmatrix}^{-1}    inverse(matrix:bmatrix(row(name:A, number:0), row(number:0, sub(name:I, name:n))))
\begin{pmatrix} A \\ \hline B \end{pmatrix}    matrix:pmatrix(row(name:A), row(name:B))
\begin{bmatrix} \text{---} x_1^T \text{---} \end{bmatrix}    matrix:bmatrix(row(mul(text:---, transpose(sub(name:x, number:1)), text:---)))
\left|\begin{matrix} a & b \\ c & d \end{matrix}\right|    matrix:vmatrix(row(name:a, name:b), row(name:c, name:d))
\operatorname{blkdiag}(A, B)    call:blkdiag(name:A, name:B)
\operatorname{diag}\{a, b\}    call:diag(name:a, name:b)
\mathrm{diag}\left(\frac{1}{\sigma_i}\right)    call:diag(div:frac(number:1, sub(name:sigma, name:i)))
A \oplus B    mul:oplus(name:A, name:B)
\nabla_{\!w} L    derivative:nabla(name:L, name:w)
\nabla_{\mathbf{w}}\mathcal{L}(\mathbf{w})    derivative:nabla(mul(name:L, group:((name:w)), name:w)
\nabla \mathcal{L}    derivative:nabla(name:L)
\nabla^2_{w} L    derivative:nabla^2(name:L, name:w)
\nabla_{w}^{2} L    derivative:nabla^2(name:L, name:w)
\nabla_\theta \log \pi_\theta(a|s)    derivative:nabla(call:log(mul(sub(name:pi, name:theta), group:((given(name:a, name:s)))), name:theta)
\nabla_x \left( x^\top A x + b^\top x \right)    derivative:nabla(group:((add(mul(transpose(name:x), name:A, name:x), mul(transpose(name:b), name:x))), name:x)
\nabla f(x^*)    derivative:nabla(mul(name:f, group:((star(name:x))))
\nabla f(x_k)^\top p_k    mul(transpose(derivative:nabla(mul(name:f, group:((sub(name:x, name:k))))), sub(name:p, name:k))
\nabla (f g)    derivative:nabla(group:((mul(name:f, name:g)))
\nabla_x [x^TAx]    derivative:nabla(group:[(mul(transpose(name:x), name:A, name:x)), name:x)
y^{(i)} - w^Tx^{(i)}    add(sub:^()(name:y, name:i), neg(mul(transpose(name:w), sub:^()(name:x, name:i))))
w^{(t)} - \eta \nabla L(w^{(t)})    add(sub:^()(name:w, name:t), neg(mul(name:eta, derivative:nabla(mul(name:L, group:((sub:^()(name:w, name:t)))))))
w_{k+1}    sub(name:w, add(name:k, number:1))
\theta^{(k+1)}    sub:^()(name:theta, add(name:k, number:1))
\hat{y}^{(i)}    sub:^()(name:hat y, name:i)
\hat{y}_{i}    sub(name:hat y, name:i)
\bar{\mathbf{x}}    name:bar x
\hat{\mathbf{w}}_{\text{ridge}}    sub(name:hat w, text:ridge)
\hat{w}_{\mathrm{LS}}    sub(name:hat w, text:LS)
\hat w^{\text{ridge}}    pow(name:hat w, text:ridge)
w^{\mathrm{new}}    pow(name:w, text:new)
w^{\text{MAP}}    pow(name:w, text:MAP)
w_{\star}    star:_(name:w)
w_\mathrm{opt}    sub(name:w, text:opt)
X_{-i}    sub(name:X, neg(name:i))
\Sigma_{11}^{-1}\Sigma_{12}    mul(inverse(sub(name:Sigma, number:11)), sub(name:Sigma, number:12))
\Sigma_{1|2}    sub(name:Sigma, given(number:1, number:2))
\mu_{x|y}    sub(name:mu, given(name:x, name:y))
\sigma^{-2}    pow(name:sigma, neg(number:2))
2^{n}    pow(number:2, name:n)
\frac{n(n+1)}{2}    div:frac(mul(name:n, group:((add(name:n, number:1))), number:2)
n(n-1)/2    div:slash(mul(name:n, group:((add(name:n, neg(number:1)))), number:2)
1 - \alpha    add(number:1, neg(name:alpha))
x^\top\!A x    mul(transpose(name:x), name:A, name:x)
\tilde{O}(n)    mul(name:tilde O, group:((name:n))
10^{-3}    pow(number:10, neg(number:3))
3.14    number:3.14
\tfrac{1}{2}\!\left(a\right)    mul(div:frac(number:1, number:2), group:((name:a))
\mathds{1}    name:1
\mathbbm{1}_n    sub(name:1, name:n)
\boldsymbol{1}    name:1
\boldsymbol{0}    name:0
\vec{0}    name:vec 0
\mathbf{I}    name:I
\mathbb{I}_n    sub(name:I, name:n)
\mathrm{I}    name:I
\mathrm{Id}    name:Id
\mathcal{I}(\theta)    mul(name:I, group:((name:theta))
\Pr(X > 0)    call:P(relation:>(name:X, number:0))
\mathbb{P}(X>0)    call:P(relation:>(name:X, number:0))
\operatorname{Cov}[x]    call:Cov(name:x)
\mathrm{MSE}(\hat\theta)    mul(name:MSE, group:((name:hat theta))
\operatorname{sign}(x)    call:sign(name:x)
\operatorname{ReLU}(Wx + b)    call:relu(add(mul(name:W, name:x), name:b))
\max\{0, 1 - y w^Tx\}    call:max(number:0, add(number:1, neg(mul(name:y, transpose(name:w), name:x))))
\max_j x_j    max(sub(name:x, name:j), name:j)
[x]_+    sub(group:[(name:x), text:+)
(x)_+    sub(group:((name:x), text:+)
\lceil x \rceil    call:ceil(name:x)
x \cdot y    mul:cdot(name:x, name:y)
\mathbf{x} \cdot \mathbf{y}    mul:cdot(name:x, name:y)
\mathbf{x} \times \mathbf{y}    mul:times(name:x, name:y)
\mathbf{x}\mathbf{y}^\top    mul(name:x, transpose(name:y))
\mathbf{x} \otimes \mathbf{y}    mul:otimes(name:x, name:y)
a \ast b    mul:ast(name:a, name:b)
A * B    mul:ast(name:A, name:B)
A^\intercal    transpose(name:A)
A^{\mathsf{H}}    star:H(name:A)
A^{\mathrm{H}}    star:H(name:A)
A^{\text{T}}    transpose(name:A)
A^\text{T}    transpose(name:A)
A^\mathrm{T}B    mul(transpose(name:A), name:B)
A^{(-1)}    sub:^()(name:A, neg(number:1))
\text{const}    name:const
\mathrm{const.}    name:const
\text{constant}    name:constant
C + \text{const}    add(name:C, name:const)
O(n)    mul(name:O, group:((name:n))
\hbar    name:hbar
x \mid y    given(name:x, name:y)
X^{T} {X}    mul(transpose(name:X), name:X)
{\rm T}    name:T
\partial f/\partial x_i    derivative:partial(name:f, sub(name:x, name:i))
tr(A)    call:tr(name:A)
tr(AB) + tr(\Sigma)    add(call:tr(mul(name:A, name:B)), call:tr(name:Sigma))
t r(A)    mul(name:t, name:r, group:((name:A))
tr(1-t)    mul(name:t, name:r, group:((add(number:1, neg(name:t))))
det(A)    call:det(name:A)
log(x)    call:log(name:x)
exp(-x)    call:exp(neg(name:x))
diag(x)A    mul(call:diag(name:x), name:A)
rank(X)    call:rank(name:X)
vec(X)    call:vec(name:X)
argmin_w f(w)    argmin(mul(name:f, group:((name:w)), name:w)
X^Tr(A)    mul(transpose(name:X), name:r, group:((name:A))
sin(x)    call:sin(name:x)
\text{i.i.d.}    text:i.i.d.
x^{\ast}    star(name:x)
\|\cdot\|_2    norm:2(dots:cdot)
f(\cdot)    mul(name:f, group:((dots:cdot))
\frac{\partial f}{\partial x}/2    div:slash(derivative:partial(name:f, name:x), number:2)
dx/dt    derivative:d(name:x, name:t)
A/B/C    div:slash(div:slash(name:A, name:B), name:C)
"""

# What has two usual readings or none: each must be refused, never guessed.
REFUSED = r"""
\overline{AB}
|A B| = |A||B|
\log a/b
\frac{\partial}{\partial x} (Ax)^T(Ax)
[X \; y]
A \odot B \otimes C
1/2x
a/bc
\foo{x}
{AB}^T
A - -B
x^10
\partial f
\int x
a \pm b
A \setminus B
n!
(A
A)
{A
A}
A &
^T
A^
A_
\frac{a}
\frac{a}{}
\sqrt
()
f()
\sum
\sum_i
A +
\cdot A
a \cdot
= A
A = B
\left( A
A \\ B
\begin{bmatrix} a & b \\ c \end{bmatrix}
\begin{bmatrix} a
\end{bmatrix}
\text{where}
\|x
|x
\nabla \cdot f
\nabla_x (Ax-b)^T(Ax-b)
\operatorname{tr} A \cdot B
\log(x)^2
||x|-|y||
\prod_i x_i/n
[x_1 \; x_2 \; \cdots \; x_n]
[x_1 \ x_2]
\mathrm{d}f = 0
\left.A\right)
A \quad B
e^{TA}
X^{2T}
A^{\text{-}1}
X^{^T}
\partial_x f
\begin{bmatrix} - x_1^T - \\ \vdots \\ - x_n^T - \end{bmatrix}
X \times_1 A
\mathbf{H} = 1
X_{\backslash i}
A^{*-1}
A^{-*}
"""

# Derivatives, least squares, ridge regression and the elbow of a unit: displays, with their rows and terms.
DISPLAYS = [
    (4, 7, (
        r"\begin{aligned} \frac{\partial}{\partial x_k}(\mathbf{x}^T A\mathbf{x}) &= \frac{\partial}{\partial "
        r"x_k}((\sum_{j \neq k} A_{kj}x_k x_j) + (\sum_{i \neq k} A_{ik}x_i x_k) + A_{kk}x_k^2) \\ &= (\sum_{j "
        r"\neq k} A_{kj}x_j) + (\sum_{i \neq k} A_{ik}x_i) + 2A_{kk}x_k \\ &= (\sum_j A_{kj}x_j) + (\sum_i "
        r"A_{ik}x_i) = \sum_i (A_{ki}x_i + A_{ik}x_i) \\ &= \mathbf{x}^T(\text{row k of } A + \text{column k "
        r"of } A) = \mathbf{x}^T(A_k + A_k^T) \end{aligned}"
    )),
    (1, 2, (
        r"\hat{w} = (X^T X)^{-1} X^T y"
    )),
    (1, 2, (
        r"(X^T X)^{-1} X^T = (V\Sigma^T U^T U\Sigma V^T)^{-1} V\Sigma^T U^T"
    )),
    (1, 2, (
        r"(X^T X)^{-1} X^T = (V\Sigma^T \Sigma V^T)^{-1} V\Sigma^T U^T"
    )),
    (1, 2, (
        r"(X^T X)^{-1} X^T = V(\Sigma^T \Sigma)^{-1} V^T V\Sigma^T U^T"
    )),
    (1, 2, (
        r"(X^T X)^{-1} X^T = V(\Sigma^T \Sigma)^{-1} \Sigma^T U^T"
    )),
    (1, 2, (
        r"(X^T X)^{-1} X^T = V\Sigma^\dagger U^T"
    )),
    (1, 4, (
        r"V\Sigma^\dagger U^T U\Sigma V^T = V\Sigma^\dagger \Sigma V^T = VV^T = I"
    )),
    (1, 2, (
        r"\mathbf{w} = X^T (X X^T)^{-1} \mathbf{y}"
    )),
    (4, 5, (
        r"\begin{aligned} X^T(XX^T)^{-1} &= (U\Sigma V^T)^T(U\Sigma V^T(U\Sigma V^T)^T)^{-1} \\ &= V\Sigma^T "
        r"U^T(U\Sigma V^T V\Sigma^T U^T)^{-1} \\ &= V\Sigma^T U^T U(\Sigma\Sigma^T)^{-1} U^T \\ &= "
        r"V\Sigma^T(\Sigma\Sigma^T)^{-1} U^T \end{aligned}"
    )),
    (1, 1, (
        r"= V\Sigma^\dagger U^T"
    )),
    (1, 1, (
        r"\operatorname{argmin}_{\mathbf{w}} \|\mathbf{y} - X\mathbf{w}\|_2^2 + \lambda\|\mathbf{w}\|_2^2, "
        r"\quad (1)"
    )),
    (1, 2, (
        r"f(\mathbf{w}) = \mathbf{w}^T X^T X \mathbf{w} - 2\mathbf{w}^T X \mathbf{y} + \mathbf{y}^T \mathbf{y} "
        r"+ \lambda \mathbf{w}^T \mathbf{w}"
    )),
    (1, 3, (
        r"\nabla_{\mathbf{w}} f = 2X^T X \mathbf{w} - 2X^T \mathbf{y} + 2\lambda \mathbf{w} = \mathbf{0}"
    )),
    (2, 4, (
        r"\begin{aligned} (X^T X + \lambda I) \mathbf{w} &= X^T \mathbf{y} \\ \mathbf{w} &= (X^T X + \lambda "
        r"I)^{-1} X^T \mathbf{y} \end{aligned}"
    )),
    (1, 2, (
        r"\mathbf{w} = (X^T X + \lambda I)^{-1} X^T \mathbf{y}"
    )),
    (6, 7, (
        r"\begin{aligned} \mathbf{w} &= ((U\Sigma V^T)^T (U\Sigma V^T) + \lambda I)^{-1} (U\Sigma V^T)^T "
        r"\mathbf{y} \\ &= (V\Sigma^T U^T U \Sigma^T \Sigma V^T + \lambda I)^{-1} (V\Sigma^T U^T) \mathbf{y} "
        r"\\ &= (V\Sigma^T \Sigma V^T + \lambda V I V^T)^{-1} (V\Sigma^T U^T \mathbf{y}) \\ &= (V(\Sigma^T "
        r"\Sigma + \lambda I) V^T)^{-1} (V\Sigma^T U^T \mathbf{y}) \\ &= (V^{-T} (\Sigma^T \Sigma + \lambda I) "
        r"V^{-1}) (V\Sigma^T U^T \mathbf{y}) \\ &= V(\Sigma^T \Sigma + \lambda I)^{-1} \Sigma^T U^T \mathbf{y} "
        r"\end{aligned}"
    )),
    (2, 3, (
        r"\begin{aligned} \mathbf{w} &= V \begin{bmatrix} \sigma_1^2 + \lambda & 0 & \dots & 0 \\ 0 & "
        r"\sigma_2^2 + \lambda & \dots & 0 \\ \dots & \dots & \dots & \dots \\ 0 & 0 & \dots & \sigma_d^2 + "
        r"\lambda \end{bmatrix}^{-1} \begin{bmatrix} \sigma_1 & 0 & \dots & 0 & 0 & \dots & 0 \\ 0 & \sigma_2 "
        r"& \dots & 0 & 0 & \dots & 0 \\ \dots & \dots & \dots & \dots & \dots & \dots & \dots \\ 0 & 0 & "
        r"\dots & \sigma_d & 0 & \dots & 0 \end{bmatrix} U^T \mathbf{y} \\ &= V \begin{bmatrix} "
        r"\frac{\sigma_1}{\sigma_1^2 + \lambda} & 0 & \dots & 0 & 0 & \dots & 0 \\ 0 & "
        r"\frac{\sigma_2}{\sigma_2^2 + \lambda} & \dots & 0 & 0 & \dots & 0 \\ \dots & \dots & \dots & \dots & "
        r"\dots & \dots & \dots \\ 0 & 0 & \dots & \frac{\sigma_d}{\sigma_d^2 + \lambda} & 0 & \dots & 0 "
        r"\end{bmatrix} U^T \mathbf{y} \end{aligned}"
    )),
    (2, 3, (
        r"\begin{aligned} MAP(\mathbf{w}|\mathbf{Y} = \mathbf{y}) &= \operatorname{argmax}_{\mathbf{w}} "
        r"f(\mathbf{w}|\mathbf{Y} = \mathbf{y}) \\ &= \operatorname{argmax}_{\mathbf{w}} \frac{f(\mathbf{w}, "
        r"\mathbf{y})}{f(\mathbf{y})} \end{aligned}"
    )),
    (1, 1, (
        r"= \operatorname{argmax}_{\mathbf{w}} f(\mathbf{w})f(\mathbf{y}|\mathbf{w})"
    )),
    (1, 1, (
        r"= \operatorname{argmax}_{\mathbf{w}} f(\mathbf{w}) \prod_{i=1}^n f(y_i|\mathbf{w})"
    )),
    (1, 2, (
        r"MAP = \operatorname{argmax}_{\mathbf{w}} \frac{e^{-\|\mathbf{w}\|^2/2}}{\sqrt{2\pi}} \prod_{i=1}^n "
        r"\frac{e^{-(\frac{y_i - \mathbf{x}_i^T \mathbf{w}}{\sqrt{\lambda}})^2/2}}{\sqrt{2\pi}}"
    )),
    (1, 2, (
        r"MAP = \operatorname{argmax}_{\mathbf{w}} -\frac{\|\mathbf{w}\|^2}{2} - \frac{1}{\lambda} \sum_i "
        r"\frac{(y_i - \mathbf{x}_i^T \mathbf{w})^2}{2}"
    )),
    (1, 2, (
        r"MAP = \operatorname{argmin}_{\mathbf{w}} \|\mathbf{w}\|^2 + \frac{1}{\lambda} \|\mathbf{y} - "
        r"X\mathbf{w}\|^2"
    )),
    (1, 2, (
        r"MAP = \operatorname{argmin}_{\mathbf{w}} \lambda \|\mathbf{w}\|^2 + \|X\mathbf{w} - \mathbf{y}\|^2"
    )),
    (1, 4, (
        r"\hat{\mathbf{y}} = \begin{bmatrix} \mathbf{y} \\ \mathbf{0}_d \end{bmatrix} \quad \hat{\mathbf{X}} = "
        r"\begin{bmatrix} X \\ \sqrt{\lambda} \mathbf{I}_d \end{bmatrix},"
    )),
    (3, 8, (
        r"\begin{aligned} \sum_{i=1}^n (\hat{y}_i - \hat{\mathbf{x}}_i \mathbf{w})^2 &= \sum_{i=1}^n (y_i - "
        r"\mathbf{x}_i \mathbf{w})^2 = \|\mathbf{y} - X\mathbf{w}\|_2^2 \\ \sum_{i=n+1}^d (\hat{y}_i - "
        r"\hat{\mathbf{x}}_i \mathbf{w})^2 &= \sum_{i=n+1}^d (\sqrt{\lambda} w_i)^2 = \lambda "
        r"\|\mathbf{w}\|_2^2 \\ \sum_{i=1}^{n+d} (\hat{y}_i - \hat{\mathbf{x}}_i \mathbf{w})^2 &= \|\mathbf{y} "
        r"- X\mathbf{w}\|_2^2 + \lambda \|\mathbf{w}\|_2^2. \end{aligned}"
    )),
    (3, 4, (
        r"\begin{aligned} (\hat{\mathbf{X}}^\top \hat{\mathbf{X}})^{-1} \hat{\mathbf{X}}^\top \hat{\mathbf{y}} "
        r"&= \left(\begin{bmatrix} X \\ \sqrt{\lambda} \mathbf{I}_d \end{bmatrix}^\top \begin{bmatrix} X \\ "
        r"\sqrt{\lambda} \mathbf{I}_d \end{bmatrix} \right)^{-1} \begin{bmatrix} X \\ \sqrt{\lambda} "
        r"\mathbf{I}_d \end{bmatrix}^\top \begin{bmatrix} \mathbf{y} \\ \mathbf{0}_d \end{bmatrix} \\ &= "
        r"\left(\begin{bmatrix} X^\top & \sqrt{\lambda} \mathbf{I}_d \end{bmatrix} \begin{bmatrix} X \\ "
        r"\sqrt{\lambda} \mathbf{I}_d \end{bmatrix} \right)^{-1} \begin{bmatrix} X^\top & \sqrt{\lambda} "
        r"\mathbf{I}_d \end{bmatrix} \begin{bmatrix} \mathbf{y} \\ \mathbf{0}_d \end{bmatrix} \\ &= (X^\top X "
        r"+ \lambda \mathbf{I}_d)^{-1} X^\top \mathbf{y} \end{aligned}"
    )),
    (1, 2, (
        r"\tilde{\mathbf{X}} = [X \quad \sqrt{\lambda} \mathbf{I}_n]"
    )),
    (1, 1, (
        r"\operatorname{argmin}_{\boldsymbol{\eta}} \|\boldsymbol{\eta}\|_2^2 \text{ s.t. } "
        r"\tilde{\mathbf{X}}\boldsymbol{\eta} = \mathbf{y}. \quad (2)"
    )),
    (1, 1, (
        r"\operatorname{argmin}_{\mathbf{w}, \boldsymbol{\xi}} \|\mathbf{w}\|_2^2 + \|\boldsymbol{\xi}\|_2^2 "
        r"\text{ s.t. } X\mathbf{w} + \sqrt{\lambda}\boldsymbol{\xi} = \mathbf{y}."
    )),
    (1, 1, (
        r"\operatorname{argmin}_{\mathbf{w}, \boldsymbol{\xi}} \|\mathbf{w}\|_2^2 + \frac{1}{\lambda} "
        r"\|\mathbf{y} - X\mathbf{w}\|_2^2."
    )),
    (1, 2, (
        r"\operatorname{argmin}_{\mathbf{w}, \boldsymbol{\xi}} \|\mathbf{w}\|_2^2 + \frac{1}{\lambda} "
        r"\|\mathbf{y} - X\mathbf{w}\|_2^2 = \operatorname{argmin}_{\mathbf{w}, \boldsymbol{\xi}} \lambda "
        r"\|\mathbf{w}\|_2^2 + \|\mathbf{y} - X\mathbf{w}\|_2^2"
    )),
    (1, 1, (
        r"\operatorname{argmin} \|\boldsymbol{\eta}\|^2 \text{ s.t. } A\boldsymbol{\eta} = \mathbf{z}"
    )),
    (1, 2, (
        r"\hat{\mathbf{w}} = X^T(XX^T + \lambda\mathbf{I})^{-1}\mathbf{y}"
    )),
    (1, 2, (
        r"\hat{\mathbf{w}} = (X^T X + \lambda\mathbf{I})^{-1} X^T \mathbf{y}"
    )),
    (3, 5, (
        r"\begin{aligned} \hat{X}^\top (\hat{X} \hat{X}^\top)^{-1} \hat{\mathbf{y}} &= \begin{bmatrix} X & "
        r"\sqrt{\lambda} \mathbf{I}_n \end{bmatrix}^\top \left(\begin{bmatrix} X & \sqrt{\lambda} \mathbf{I}_n "
        r"\end{bmatrix} \begin{bmatrix} X & \sqrt{\lambda} \mathbf{I}_n \end{bmatrix}^\top \right)^{-1} "
        r"\mathbf{y} \\ \begin{bmatrix} \hat{\mathbf{w}} \\ \boldsymbol{\xi} \end{bmatrix} &= \begin{bmatrix} "
        r"X^\top \\ \sqrt{\lambda} \mathbf{I}_n \end{bmatrix} \left(\begin{bmatrix} X & \sqrt{\lambda} "
        r"\mathbf{I}_n \end{bmatrix} \begin{bmatrix} X^\top \\ \sqrt{\lambda} \mathbf{I}_n \end{bmatrix} "
        r"\right)^{-1} \mathbf{y} \\ &= \begin{bmatrix} X^\top \\ \sqrt{\lambda} \mathbf{I}_n \end{bmatrix} "
        r"(XX^\top + \sqrt{\lambda}^2 \mathbf{I})^{-1} \mathbf{y} \end{aligned}"
    )),
    (1, 2, (
        r"(X^T X + \lambda \mathbf{I})^{-1} X^T = X^T (X X^T + \lambda \mathbf{I})^{-1}"
    )),
    (1, 2, (
        r"X^T (X X^T + \lambda \mathbf{I}) = (X^T X + \lambda \mathbf{I}) X^T"
    )),
    (1, 2, (
        r"X^T X X^T + \lambda X^T = X^T X X^T + \lambda X^T"
    )),
    (1, 2, (
        r"\mathbf{w}^* = X^T (X X^T)^{-1} \mathbf{y}"
    )),
    (1, 2, (
        r"\mathbf{w}^* = (X^T X)^{-1} X^T \mathbf{y}"
    )),
    (1, 2, (
        r"\hat{f}(x) = \mathbf{W}^{(2)} \Phi(\mathbf{W}^{(1)} x + \mathbf{b})"
    )),
    (1, 2, (
        r"\ell(x, y, \mathbf{W}^{(1)}, \mathbf{b}, \mathbf{W}^{(2)}) = \frac{1}{2} \|\hat{f}(x) - y\|_2^2."
    )),
    (1, 2, (
        r"\phi(x) = \begin{cases} wx + b, & wx + b > 0 \\ 0, & \text{else} \end{cases}."
    )),
    (1, 2, (
        r"e = -\frac{b}{w}"
    )),
    (1, 2, (
        r"\frac{d\ell}{d\phi} = \phi(x) - y"
    )),
    (1, 3, (
        r"\frac{\partial \ell}{\partial w} = \frac{\partial \ell}{\partial \phi} \frac{\partial \phi}{\partial "
        r"w} = \begin{cases} (\phi(x) - y)x, & wx + b > 0 \\ 0, & \text{else} \end{cases}"
    )),
    (1, 3, (
        r"\frac{\partial \ell}{\partial b} = \frac{\partial \ell}{\partial \phi} \frac{\partial \phi}{\partial "
        r"b} = \begin{cases} (\phi(x) - y), & wx + b > 0 \\ 0, & \text{else} \end{cases}"
    )),
    (1, 4, (
        r"\mathbf{p}' = \mathbf{p} - \lambda \nabla_{\mathbf{p}}(\ell), \lambda > 0."
    )),
    (1, 3, (
        r"e' = \frac{-(b - \Delta b)}{w - \Delta w} = \frac{-b + \lambda \frac{\partial \ell}{\partial b}}{w - "
        r"\lambda \frac{\partial \ell}{\partial w}}"
    )),
    (1, 5, (
        r"\frac{\partial \ell}{\partial w} = 1x > 0 \implies w > w - \lambda x"
    )),
    (1, 4, (
        r"\frac{\partial \ell}{\partial b} = 1 \implies b > b - \lambda"
    )),
    (4, 8, (
        r"\begin{aligned} -\frac{b}{w} &< \frac{b-\lambda}{w-\lambda x} \\ \implies "
        r"\frac{\lambda(bx-w)}{w(w-\lambda x)} &< 0 \\ \implies \frac{b-\frac{w}{x}}{\frac{w}{x}-\lambda} &< 0 "
        r"\\ \implies (b-\frac{w}{x})(\lambda-\frac{w}{x}) &> 0. \end{aligned}"
    )),
    (1, 5, (
        r"\frac{\partial \ell}{\partial w} = 1x < 0 \implies |w| < |w - \lambda x|"
    )),
    (1, 4, (
        r"\frac{\partial \ell}{\partial b} = 1 \implies |b| > |b - \lambda|"
    )),
    (1, 2, (
        r"\therefore e' > e"
    )),
    (1, 5, (
        r"\frac{\partial \ell}{\partial w} = 1x > 0 \implies |w| < |w - \lambda x|"
    )),
    (1, 2, (
        r"\mathbf{W}_i^{(1)}x + \mathbf{b}_i = 0"
    )),
    (1, 2, (
        r"x = -\frac{\mathbf{b}_i}{\mathbf{W}_i^{(1)}}"
    )),
    (1, 2, (
        r"e'_i = \frac{-\mathbf{b}_i + \lambda \frac{\partial \ell}{\partial \mathbf{b}_i}}{\mathbf{W}_i^{(1)} "
        r"- \lambda \frac{\partial \ell}{\partial \mathbf{W}_i^{(1)}}}."
    )),
    (1, 2, (
        r"\frac{\partial \ell}{\partial \mathbf{W}^{(1)}} = x \left(\mathbf{W}^{(2)} \Phi "
        r"\left(\mathbf{W}^{(1)}x + \mathbf{b} \right) - y \right) \mathbf{W}^{(2)} \frac{\partial "
        r"\Phi}{\partial \left(\mathbf{W}^{(1)}x + \mathbf{b} \right)}"
    )),
    (1, 3, (
        r"\frac{\partial \Phi}{\partial (\mathbf{W}^{(1)}x + \mathbf{b})} = \text{diag} \left(\mathbb{1} "
        r"\left(\mathbf{W}^{(1)}x + \mathbf{b} > 0 \right) \right) = \begin{bmatrix} \mathbb{1} "
        r"\left(\mathbf{W}^{(1)}x + \mathbf{b} \right)_1 & 0 & \dots & 0 \\ 0 & \mathbb{1} "
        r"\left(\mathbf{W}^{(1)}x + \mathbf{b} \right)_2 & \dots & 0 \\ \vdots & \vdots & \ddots & \vdots \\ 0 "
        r"& 0 & \dots & \mathbb{1} \left(\mathbf{W}^{(1)}x + \mathbf{b} \right)_n \end{bmatrix}"
    )),
    (1, 1, (
        r"\begin{cases} \mathbf{W}_i^{(2)}, & \left(\mathbf{W}^{(1)}x + \mathbf{b} \right)_i > 0 \\ 0, & "
        r"\text{else} \end{cases}"
    )),
    (3, 5, (
        r"\begin{aligned} \frac{\partial \ell}{\partial \mathbf{W}_i^{(1)}} &= \begin{cases} x "
        r"\left(\mathbf{W}^{(2)} \Phi \left(\mathbf{W}^{(1)}x + \mathbf{b} \right) - y \right) "
        r"\mathbf{W}_i^{(2)}, & \mathbf{W}_i^{(1)}x + \mathbf{b}_i > 0 \\ 0, & \text{else} \end{cases} \\ "
        r"\frac{\partial \ell}{\partial \mathbf{b}_i} &= \left(\mathbf{W}^{(2)} \Phi \left(\mathbf{W}^{(1)}x + "
        r"\mathbf{b} \right) - y \right) \mathbf{W}_i^{(2)} \frac{\partial \Phi_i}{\partial "
        r"\left(\mathbf{W}^{(1)}x + \mathbf{b} \right)} \\ &= \begin{cases} \left(\mathbf{W}^{(2)} \Phi "
        r"\left(\mathbf{W}^{(1)}x + \mathbf{b} \right) - y \right) \mathbf{W}_i^{(2)}, & \mathbf{W}_i^{(1)}x + "
        r"\mathbf{b}_i > 0 \\ 0, & \text{else} \end{cases} \end{aligned}"
    )),
    (2, 3, (
        r"\begin{aligned} e'_i &= \begin{cases} \frac{-\mathbf{b}_i + \lambda \left(\mathbf{W}^{(2)} \Phi "
        r"\left(\mathbf{W}^{(1)}x + \mathbf{b} \right) - y \right) \mathbf{W}_i^{(2)}}{\mathbf{W}_i^{(1)} - "
        r"\lambda x \left(\mathbf{W}^{(2)} \Phi \left(\mathbf{W}^{(1)}x + \mathbf{b} \right) - y \right) "
        r"\mathbf{W}_i^{(2)}}, & \mathbf{W}_i^{(1)}x + \mathbf{b}_i > 0 \\ e_i, & \text{else} \end{cases} \\ "
        r"&= \begin{cases} \frac{-\mathbf{b}_i + \lambda \left(\hat{f}(x) - y \right) "
        r"\mathbf{W}_i^{(2)}}{\mathbf{W}_i^{(1)} - \lambda x \left(\hat{f}(x) - y \right) \mathbf{W}_i^{(2)}}, "
        r"& \mathbf{W}_i^{(1)}x + \mathbf{b}_i > 0 \\ e_i, & \text{else} \end{cases} \end{aligned}"
    )),
]  # fmt: skip
