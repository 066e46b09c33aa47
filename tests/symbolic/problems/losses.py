"""Losses of statistics and machine learning, as people write them."""

from __future__ import annotations

import sympy as sp
from sympy import (
    Determinant,
    HadamardPower,
    HadamardProduct,
    Identity,
    Lambda,
    MatMul,
    MatrixSymbol,
    Max,
    OneMatrix,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    Trace,
    exp,
    log,
    pi,
    sqrt,
    tanh,
)
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf

from tests.symbolic.problems.rows import gradient, hessian, i, j, jacobian, lam, m, n, p, q

X, y, w = MatrixSymbol("X", m, n), MatrixSymbol("y", m, 1), MatrixSymbol("w", n, 1)
Y, W = MatrixSymbol("Y", m, p), MatrixSymbol("W", n, p)
b, bp = Symbol("b", real=True), MatrixSymbol("b", p, 1)
sigma, gamma, delta, mu1 = (Symbol(name, positive=True) for name in ("sigma", "gamma", "delta", "mu"))
z = Symbol("z", real=True)
col, row, colp = OneMatrix(m, 1), OneMatrix(1, m), OneMatrix(p, 1)
I, Im = Identity(n), Identity(m)
sigmoid, softplus = Lambda(z, 1 / (1 + exp(-z))), Lambda(z, log(1 + exp(z)))
relu, hinge = Lambda(z, Max(0, z)), Lambda(z, Max(0, 1 - z))
residual = X * w - y
R = X * W - Y
signs, binary = {y: "signs"}, {y: "binary"}

REGRESSION = [
    gradient("least squares", residual.T * residual, w, 2 * X.T * residual),
    gradient("least squares, y - Xw", (y - X * w).T * (y - X * w), w, 2 * X.T * residual),
    gradient("least squares, mean", residual.T * residual / m, w, (2 / m) * X.T * residual),
    gradient("least squares, half", Rational(1, 2) * residual.T * residual, w, X.T * residual),
    gradient("least squares by X", residual.T * residual, X, 2 * residual * w.T),
    gradient("least squares with intercept, by w", (residual + b * col).T * (residual + b * col), w,
             2 * X.T * (residual + b * col)),
    gradient("least squares with intercept, by b", ((residual + b * col).T * (residual + b * col))[0, 0], b,
             2 * row * (residual + b * col)),
    gradient("multivariate least squares", Trace(R.T * R), W, 2 * X.T * R),
    gradient("multivariate least squares with intercept", Trace((R + col * bp.T).T * (R + col * bp.T)), W,
             2 * X.T * (R + col * bp.T)),
    gradient("multivariate least squares, by the intercept", Trace((R + col * bp.T).T * (R + col * bp.T)), bp,
             2 * (R + col * bp.T).T * col),
    gradient("ridge", residual.T * residual + lam * w.T * w, w, 2 * X.T * residual + 2 * lam * w),
    gradient("ridge in traces", Trace(R.T * R) + lam * Trace(W.T * W), W, 2 * X.T * R + 2 * lam * W),
    gradient("generalised ridge", residual.T * residual + w.T * MatrixSymbol("G", n, n) * w, w),
    gradient("weighted least squares", residual.T * MatrixSymbol("S", m, m) * residual, w),
    gradient("weighted least squares, diagonal", residual.T * DiagMatrix(MatrixSymbol("s", m, 1)) * residual, w,
             2 * X.T * DiagMatrix(MatrixSymbol("s", m, 1)) * residual),
    gradient("lasso, smooth", residual.T * residual / 2
             + lam * OneMatrix(1, n) * w.applyfunc(Lambda(z, sqrt(z**2 + delta))), w),
    gradient("lasso, absolute", residual.T * residual / 2 + lam * OneMatrix(1, n) * w.applyfunc(sp.Abs), w,
             X.T * residual + lam * w.applyfunc(sp.sign)),
    gradient("elastic net", residual.T * residual / (2 * m) + lam * gamma * OneMatrix(1, n) * w.applyfunc(sp.Abs)
             + lam * (1 - gamma) / 2 * w.T * w, w),
    gradient("group lasso", (residual.T * residual)[0, 0] + lam * sqrt((w.T * w)[0, 0]), w),
    gradient("huber", row * residual.applyfunc(
        Lambda(z, Piecewise((z**2 / 2, sp.Abs(z) <= delta), (delta * (sp.Abs(z) - delta / 2), True)))), w),
    gradient("huber, smooth", row * residual.applyfunc(Lambda(z, delta**2 * (sqrt(1 + (z / delta) ** 2) - 1))), w),
    gradient("absolute loss", row * residual.applyfunc(sp.Abs), w, X.T * residual.applyfunc(sp.sign)),
    gradient("log cosh", row * residual.applyfunc(Lambda(z, log(sp.cosh(z)))), w, X.T * residual.applyfunc(tanh)),
    gradient("quantile", row * residual.applyfunc(Lambda(z, Max(gamma * z, (gamma - 1) * z))), w),
    gradient("Cauchy", row * residual.applyfunc(Lambda(z, log(1 + z**2))), w),
    gradient("log of residual sum", m * log((residual.T * residual)[0, 0]) / 2, w),
    gradient("root mean square", sqrt((residual.T * residual)[0, 0] / m), w),
    gradient("coefficient of determination", 1 - (residual.T * residual)[0, 0] / (y.T * y)[0, 0], w),
    gradient("kernel ridge", (MatrixSymbol("K", m, m) * MatrixSymbol("a", m, 1) - y).T
             * (MatrixSymbol("K", m, m) * MatrixSymbol("a", m, 1) - y)
             + lam * MatrixSymbol("a", m, 1).T * MatrixSymbol("K", m, m) * MatrixSymbol("a", m, 1),
                      MatrixSymbol("a", m, 1)),
    gradient("total least squares", (residual.T * residual)[0, 0] / (1 + (w.T * w)[0, 0]), w),
    gradient("ARD prior", residual.T * residual / sigma + w.T * DiagMatrix(MatrixSymbol("a", n, 1)) * w, w),
    gradient("ARD prior by its weights", w.T * DiagMatrix(MatrixSymbol("a", n, 1)) * w, MatrixSymbol("a", n, 1),
             HadamardProduct(w, w)),
    hessian("ridge, hessian", residual.T * residual + lam * w.T * w, w, 2 * X.T * X + 2 * lam * I),
]  # fmt: skip

Xw = X * w
score = Lambda(z, log(1 + exp(-z)))
L, onehot = X * W, {Y: "onehot"}
xi, W1, c = MatrixSymbol("x", n, 1), MatrixSymbol("W", p, n), MatrixSymbol("y", p, 1)
o = W1 * xi
CLASSIFICATION = [
    gradient("logistic, labels 0 and 1", row * Xw.applyfunc(softplus) - y.T * Xw, w, X.T * (Xw.applyfunc(sigmoid) - y),
             draws=binary),
    gradient("logistic, cross entropy", -(y.T * Xw.applyfunc(sigmoid).applyfunc(log)
             + (col - y).T * (col - Xw.applyfunc(sigmoid)).applyfunc(log)), w, X.T * (Xw.applyfunc(sigmoid) - y),
                      draws=binary),
    gradient("logistic, labels -1 and 1", row * HadamardProduct(y, Xw).applyfunc(score), w, draws=signs),
    gradient("logistic, labels on the diagonal", row * (DiagMatrix(y) * Xw).applyfunc(score), w, draws=signs),
    gradient("logistic, as a sum", Sum(log(1 + exp(-y[i, 0] * Xw[i, 0])), (i, 0, m - 1)), w, draws=signs),
    gradient("logistic, one example", log(1 + exp(-b * (xi.T * w)[0, 0])), w),
    gradient("logistic with intercept", row * (Xw + b * col).applyfunc(softplus) - y.T * (Xw + b * col), w,
             X.T * ((Xw + b * col).applyfunc(sigmoid) - y), draws=binary),
    gradient("logistic by the intercept", (row * (Xw + b * col).applyfunc(softplus) - y.T * (Xw + b * col))[0, 0], b,
             draws=binary),
    gradient("logistic with ridge", row * Xw.applyfunc(softplus) - y.T * Xw + lam / 2 * w.T * w, w,
             X.T * (Xw.applyfunc(sigmoid) - y) + lam * w, draws=binary),
    gradient("hinge", row * HadamardProduct(y, Xw).applyfunc(hinge), w, draws=signs),
    gradient("hinge, as written", row * (col - HadamardProduct(y, Xw)).applyfunc(relu), w, draws=signs),
    gradient("hinge with ridge", w.T * w / 2 + lam * row * (col - HadamardProduct(y, Xw)).applyfunc(relu), w,
             draws=signs),
    gradient("squared hinge", row * HadamardPower((col - HadamardProduct(y, Xw)).applyfunc(relu), 2), w, draws=signs),
    gradient("squared hinge, in one function", row * HadamardProduct(y, Xw).applyfunc(Lambda(z, Max(0, 1 - z) ** 2)),
             w, draws=signs),
    gradient("exponential loss", row * (-HadamardProduct(y, Xw)).applyfunc(exp), w, draws=signs),
    gradient("perceptron", row * (-HadamardProduct(y, Xw)).applyfunc(relu), w, draws=signs),
    gradient("softmax, one example", log((OneMatrix(1, p) * o.applyfunc(exp))[0, 0]) - (c.T * o)[0, 0], W1),
    gradient("softmax, one example, by x", log((OneMatrix(1, p) * o.applyfunc(exp))[0, 0]) - (c.T * o)[0, 0], xi),
    gradient("softmax, by the logits", log((OneMatrix(1, p) * c.applyfunc(exp))[0, 0]) - (bp.T * c)[0, 0], c,
             c.applyfunc(exp) / (OneMatrix(1, p) * c.applyfunc(exp))[0, 0] - bp),
    gradient("softmax, batch", row * (L.applyfunc(exp) * colp).applyfunc(log) - row * HadamardProduct(Y, L) * colp, W,
             draws=onehot),
    gradient("softmax, batch in traces", row * (L.applyfunc(exp) * colp).applyfunc(log) - Trace(Y.T * L) * Identity(1),
             W, draws=onehot),
    gradient("softmax, batch with an entry", (row * (L.applyfunc(exp) * colp).applyfunc(log))[0, 0] - Trace(Y.T * L),
             W, draws=onehot),
    gradient("softmax, as sums", Sum(log(Sum(exp(L[i, j]), (j, 0, p - 1))) - Sum(Y[i, j] * L[i, j], (j, 0, p - 1)),
             (i, 0, m - 1)), W,
             draws=onehot),
    gradient("softmax with label smoothing", (row * (L.applyfunc(exp) * colp).applyfunc(log))[0, 0]
             - Trace(((1 - gamma) * Y + gamma / p * OneMatrix(m, p)).T * L), W, draws=onehot),
    gradient("brier score", (Xw.applyfunc(sigmoid) - y).T * (Xw.applyfunc(sigmoid) - y), w, draws=binary),
    gradient("focal loss", row * HadamardProduct(y,
             Xw).applyfunc(Lambda(z, (1 - 1 / (1 + exp(-z))) ** 2 * log(1 + exp(-z)))), w, draws=signs),
    gradient("Poisson", row * Xw.applyfunc(exp) - y.T * Xw, w, X.T * (Xw.applyfunc(exp) - y)),
    gradient("Poisson with offset", row * (Xw + MatrixSymbol("o", m, 1)).applyfunc(exp) - y.T * Xw, w),
    gradient("gamma regression", row * (Xw + HadamardProduct(y, (-Xw).applyfunc(exp))), w),
    gradient("negative binomial", row * HadamardProduct(y + delta * col,
             (Xw.applyfunc(exp) + delta * col).applyfunc(log)) - y.T * Xw, w,
             draws={y: "positive"}),
    gradient("ordinal pair", log(1 + exp(-((xi - MatrixSymbol("v", n, 1)).T * w)[0, 0])), w),
    hessian("logistic, hessian", row * Xw.applyfunc(softplus) - y.T * Xw, w, draws=binary),
    hessian("softmax, hessian by the logits", log((OneMatrix(1, p) * c.applyfunc(exp))[0, 0]), c),
]  # fmt: skip

Sigma, Lam = MatrixSymbol("Sigma", n, n), MatrixSymbol("Lambda", n, n)
mu, x = MatrixSymbol("mu", n, 1), MatrixSymbol("x", n, 1)
Sig2, mu2 = MatrixSymbol("S", n, n), MatrixSymbol("nu", n, 1)
dx = x - mu
K = MatrixSymbol("K", m, m)
Ky = K + sigma * Im
scatter = (X - col * mu.T).T * (X - col * mu.T)
spd = {Sigma: "definite", Lam: "definite", Sig2: "definite", K: "definite"}
quad = (dx.T * Sigma.inv() * dx)[0, 0]
LIKELIHOODS = [
    gradient("Gaussian by mu", -n / 2 * log(2 * pi) - log(Determinant(Sigma)) / 2 - quad / 2, mu, draws=spd),
    gradient("Gaussian by mu, symmetric spelling", -(dx.T * (Sigma.inv() + Sigma.inv().T) * dx) / 4, mu),
    gradient("Gaussian by Sigma", -log(Determinant(Sigma)) / 2 - quad / 2, Sigma,
             -Sigma.inv().T / 2 + Sigma.inv().T * dx * dx.T * Sigma.inv().T / 2),
    gradient("Gaussian by the precision", log(Determinant(Lam)) / 2 - (dx.T * Lam * dx)[0, 0] / 2, Lam,
             Lam.inv().T / 2 - dx * dx.T / 2),
    gradient("Gaussian of a sample by Sigma", -m / 2 * log(Determinant(Sigma)) - Trace(scatter * Sigma.inv()) / 2,
             Sigma),
    gradient("Gaussian of a sample by mu", -Trace(scatter * Lam) / 2, mu, draws=spd),
    gradient("Gaussian of a sample by the precision", m / 2 * log(Determinant(Lam)) - Trace(scatter * Lam) / 2, Lam,
             m / 2 * Lam.inv().T - scatter / 2),
    gradient("Gaussian density", exp(-quad / 2) / sqrt(Determinant(Sigma)), x),
    gradient("graphical lasso, smooth", Trace(Sig2 * Lam) - log(Determinant(Lam))
             + lam * (OneMatrix(1, n) * Lam.applyfunc(Lambda(z, sqrt(z**2 + delta))) * OneMatrix(n, 1))[0, 0], Lam),
    gradient("isotropic variance", -m * log(sigma) - (residual.T * residual)[0, 0] / (2 * sigma**2), sigma,
             -m / sigma + (residual.T * residual)[0, 0] / sigma**3),
    gradient("isotropic variance by w", -m * log(sigma) - (residual.T * residual)[0, 0] / (2 * sigma**2), w),
    gradient("marginal likelihood by the noise", -(y.T * Ky.inv() * y)[0, 0] / 2 - log(Determinant(Ky)) / 2, sigma,
             draws=spd),
    gradient("marginal likelihood by K", -(y.T * Ky.inv() * y)[0, 0] / 2 - log(Determinant(Ky)) / 2, K, draws=spd),
    gradient("marginal likelihood, linear kernel", -(y.T * (X * X.T + sigma * Im).inv() * y)[0, 0] / 2
             - log(Determinant(X * X.T + sigma * Im)) / 2, X),
    gradient("marginal likelihood by targets", -(y.T * Ky.inv() * y) / 2, y, draws=spd),
    gradient("evidence by alpha", n / 2 * log(gamma) - log(Determinant(gamma * I + X.T * X)) / 2, gamma),
    gradient("KL of Gaussians by the mean", ((mu2 - mu).T * Sig2.inv() * (mu2 - mu)
             + (Trace(Sig2.inv() * Sigma) + log(Determinant(Sig2)) - log(Determinant(Sigma))) * Identity(1)) / 2, mu,
                      draws=spd),
    gradient("KL of Gaussians by the first covariance",
             (Trace(Sig2.inv() * Sigma) - n + ((mu2 - mu).T * Sig2.inv() * (mu2 - mu))[0, 0]
              + log(Determinant(Sig2) / Determinant(Sigma))) / 2, Sigma, (Sig2.inv().T - Sigma.inv().T) / 2),
    gradient("KL of Gaussians by the second covariance",
             (Trace(Sig2.inv() * Sigma) + ((mu2 - mu).T * Sig2.inv() * (mu2 - mu))[0, 0]
              + log(Determinant(Sig2)) - log(Determinant(Sigma))) / 2, Sig2),
    gradient("KL to the standard normal", ((mu.T * mu)[0, 0] + (OneMatrix(1, n) * x.applyfunc(exp))[0, 0]
             - (OneMatrix(1, n) * x)[0, 0]) / 2, x),
    gradient("Wishart", (m - n - 1) / 2 * log(Determinant(Lam)) - Trace(Sig2.inv() * Lam) / 2, Lam),
    gradient("matrix normal", -Trace(Sigma.inv() * (X - col * mu.T).T * K.inv() * (X - col * mu.T)) / 2, mu, draws=spd),
    gradient("Mahalanobis", dx.T * Sigma.inv() * dx, x, (Sigma.inv() + Sigma.inv().T) * dx),
    gradient("probabilistic PCA", log(Determinant(W * W.T + sigma * I)) + Trace((W * W.T + sigma * I).inv() * Sig2), W),
    gradient("probabilistic PCA by the noise", log(Determinant(W * W.T + sigma * I))
             + Trace((W * W.T + sigma * I).inv() * Sig2), sigma),
    gradient("factor analysis by its noise", log(Determinant(W * W.T + DiagMatrix(x))), x, draws={x: "positive"}),
    gradient("student t", (m + n) / 2 * log(1 + quad / m), mu),
    gradient("Bregman divergence of log det", -log(Determinant(Lam)) + log(Determinant(Sig2))
             + Trace(Sig2.inv() * (Lam - Sig2)), Lam),
    gradient("Bhattacharyya", log(Determinant((Sigma + Sig2) / 2))
             - (log(Determinant(Sigma)) + log(Determinant(Sig2))) / 2, Sigma),
    hessian("Gaussian, hessian by mu", quad / 2, mu),
]  # fmt: skip

U, V, Rt, M = MatrixSymbol("U", m, p), MatrixSymbol("V", n, p), MatrixSymbol("R", m, n), MatrixSymbol("M", m, n)
G, H = MatrixSymbol("G", m, p), MatrixSymbol("H", p, n)
Lp, Sb, Sw = MatrixSymbol("L", n, n), MatrixSymbol("S_B", n, n), MatrixSymbol("S_W", n, n)
E = Rt - U * V.T
E2 = X - X * W * W.T
Cxy, Wa, Wb = MatrixSymbol("C", n, m), MatrixSymbol("a", n, 1), MatrixSymbol("b", m, 1)
mask = {M: "binary"}
FACTORS = [
    gradient("PCA, reconstruction", Trace(E2.T * E2), W),
    gradient("PCA, reconstruction of columns", Trace((X.T - W * W.T * X.T).T * (X.T - W * W.T * X.T)), W),
    gradient("PCA, variance", Trace(W.T * X.T * X * W), W, 2 * X.T * X * W),
    gradient("PCA, quotient", (w.T * X.T * X * w)[0, 0] / (w.T * w)[0, 0], w),
    gradient("linear autoencoder, encoder", Trace((X - X * W * H).T * (X - X * W * H)), W,
             -2 * X.T * (X - X * W * H) * H.T),
    gradient("linear autoencoder, decoder", Trace((X - X * W * H).T * (X - X * W * H)), H,
             -2 * (X * W).T * (X - X * W * H)),
    gradient("autoencoder with tanh", Trace((X - (X * W).applyfunc(tanh) * H).T * (X - (X * W).applyfunc(tanh) * H)),
             W),
    gradient("factorisation by U", Trace(E.T * E), U, -2 * E * V),
    gradient("factorisation by V", Trace(E.T * E), V, -2 * E.T * U),
    gradient("factorisation with ridge", Trace(E.T * E) + lam * (Trace(U.T * U) + Trace(V.T * V)), U,
             -2 * E * V + 2 * lam * U),
    gradient("masked factorisation", Trace(HadamardProduct(M, E).T * HadamardProduct(M, E)), U, draws=mask),
    gradient("masked factorisation, one mask", Trace(HadamardProduct(M, E).T * E), V, -2 * HadamardProduct(M, E).T * U,
             draws=mask),
    gradient("masked factorisation, as a sum", Sum(M[i, j] * (Rt[i, j] - (U * V.T)[i, j]) ** 2, (i, 0, m - 1),
             (j, 0, n - 1)), U, draws=mask),
    gradient("NMF", Trace((X - G * H).T * (X - G * H)), G, -2 * (X - G * H) * H.T),
    gradient("NMF, KL divergence", row * (G * H - HadamardProduct(X, (G * H).applyfunc(log))) * OneMatrix(n, 1), H,
             draws={X: "positive", G: "positive", H: "positive"}),
    gradient("symmetric NMF", Trace((Sig2 - V * V.T).T * (Sig2 - V * V.T)), V),
    gradient("dictionary with sparse codes", Trace((X - G * H).T * (X - G * H)) / 2
             + lam * (OneMatrix(1, p) * H.applyfunc(Lambda(z, sqrt(z**2 + delta))) * OneMatrix(n, 1))[0, 0], H),
    gradient("trifactorisation", Trace((X - U * MatrixSymbol("B", p, q) * MatrixSymbol("V", q, n)).T
             * (X - U * MatrixSymbol("B", p, q) * MatrixSymbol("V", q, n))), MatrixSymbol("B", p, q)),
    gradient("CCA", (Wa.T * Cxy * Wb)[0, 0] / sqrt((Wa.T * Sb * Wa)[0, 0] * (Wb.T * K * Wb)[0, 0]), Wa,
             draws={Sb: "definite", K: "definite"}),
    gradient("CCA, squared", (Wa.T * Cxy * Wb)[0, 0] ** 2 / ((Wa.T * Sb * Wa)[0, 0] * (Wb.T * K * Wb)[0, 0]), Wb),
    gradient("LDA", (w.T * Sb * w)[0, 0] / (w.T * Sw * w)[0, 0], w, draws={Sb: "symmetric", Sw: "definite"}),
    gradient("LDA, trace of a quotient", Trace((W.T * Sw * W).inv() * (W.T * Sb * W)), W, draws={Sw: "definite"},
             shapes="few p"),
    gradient("LDA, quotient of traces", Trace(W.T * Sb * W) / Trace(W.T * Sw * W), W, draws={Sw: "definite"}),
    gradient("metric learning", (x - mu).T * Lp.T * Lp * (x - mu), Lp, 2 * Lp * (x - mu) * (x - mu).T),
    gradient("metric learning, pairs", log(1 + exp(delta
             * ((x - mu).T * Lp.T * Lp * (x - mu) - sigma * Identity(1))[0, 0])), Lp),
    gradient("whitening", Trace((Lp * Sb * Lp.T - I).T * (Lp * Sb * Lp.T - I)), Lp),
    gradient("decorrelation", Trace((X.T * X / m - I).T * (X.T * X / m - I)), X),
    gradient("ICA", -log(sp.Abs(Determinant(Lp))) - (OneMatrix(1, n)
             * (Lp * x).applyfunc(Lambda(z, -log(sp.cosh(z)))))[0, 0], Lp,
             (Lp * x).applyfunc(tanh) * x.T - Lp.inv().T),
    gradient("Laplacian smoothing", x.T * Lp * x, x, (Lp + Lp.T) * x),
    gradient("graph regularised", (x - mu).T * (x - mu) + lam * x.T * Lp * x, x),
    gradient("Laplacian of weights", x.T * (DiagMatrix(Lp * OneMatrix(n, 1)) - Lp) * x, x),
    gradient("Laplacian of weights, by them", x.T * (DiagMatrix(Lp * OneMatrix(n, 1)) - Lp) * x, Lp),
    gradient("total variation", Sum((x[i + 1, 0] - x[i, 0]) ** 2, (i, 0, n - 2)), x),
    gradient("smooth trend", Sum((x[i, 0] - mu[i, 0]) ** 2, (i, 0, n - 1))
             + lam * Sum((x[i + 1, 0] - x[i, 0]) ** 2, (i, 0, n - 2)), x),
    gradient("multidimensional scaling", Sum((((X[i, :] - X[j, :]) * (X[i, :] - X[j, :]).T)[0, 0] - K[i, j]) ** 2,
             (i, 0, m - 1), (j, 0, m - 1)), X),
    gradient("gram target", Trace((X * X.T - K).T * (X * X.T - K)), X),
    gradient("kernel alignment", Trace(K * X * X.T) / sqrt(Trace(X * X.T * X * X.T)), X),
    gradient("HSIC", Trace(K * (Im - OneMatrix(m, m) / m) * X * X.T * (Im - OneMatrix(m, m) / m)), X),
]  # fmt: skip

W1, W2, W3 = MatrixSymbol("W_1", p, n), MatrixSymbol("W_2", q, p), MatrixSymbol("W_3", m, q)
b1, b2 = MatrixSymbol("b_1", p, 1), MatrixSymbol("b_2", q, 1)
t2, t3 = MatrixSymbol("t", q, 1), MatrixSymbol("t", m, 1)
hidden = (W1 * x + b1).applyfunc(tanh)
net2 = W2 * hidden + b2 - t2
relu2 = W2 * (W1 * x + b1).applyfunc(relu) - t2
sig3 = W3 * (W2 * (W1 * x).applyfunc(sigmoid)).applyfunc(sigmoid) - t3
Z1, Z2 = MatrixSymbol("W_1", n, p), MatrixSymbol("W_2", p, q)
T = MatrixSymbol("T", m, q)
batch = (X * Z1).applyfunc(tanh) * Z2 - T
v = MatrixSymbol("v", n, 1)
dot, nx, nv = (x.T * v)[0, 0], sqrt((x.T * x)[0, 0]), sqrt((v.T * v)[0, 0])
A1, Q1, K1 = X * MatrixSymbol("W", n, n), MatrixSymbol("Q", n, n), MatrixSymbol("P", n, n)
mean = OneMatrix(n, n) / n
NETWORKS = [
    gradient("two layers, tanh, by W_1", net2.T * net2, W1),
    gradient("two layers, tanh, by b_1", net2.T * net2, b1),
    gradient("two layers, tanh, by W_2", net2.T * net2, W2, 2 * net2 * hidden.T),
    gradient("two layers, tanh, by b_2", net2.T * net2, b2, 2 * net2),
    gradient("two layers, tanh, by x", net2.T * net2, x),
    gradient("two layers, relu, by W_1", relu2.T * relu2, W1),
    gradient("two layers, relu, by W_2", relu2.T * relu2, W2),
    gradient("three layers, sigmoid, by W_1", sig3.T * sig3, W1),
    gradient("three layers, sigmoid, by W_2", sig3.T * sig3, W2),
    gradient("three layers, sigmoid, by W_3", sig3.T * sig3, W3),
    gradient("batch of two layers, by W_1", Trace(batch.T * batch), Z1),
    gradient("batch of two layers, by W_2", Trace(batch.T * batch), Z2, 2 * (X * Z1).applyfunc(tanh).T * batch),
    gradient("batch, relu and cross entropy", (OneMatrix(1, m)
             * (((X * Z1).applyfunc(relu) * Z2).applyfunc(exp) * OneMatrix(q, 1)).applyfunc(log))[0, 0]
             - Trace(T.T * (X * Z1).applyfunc(relu) * Z2), Z1, draws={T: "onehot"}),
    gradient("weight decay", net2.T * net2 + lam * (Trace(W1.T * W1) + Trace(W2.T * W2)) * Identity(1), W2),
    gradient("residual block", (x + W2.xreplace({q: n}) * (W1 * x).applyfunc(tanh) - v).T
             * (x + W2.xreplace({q: n}) * (W1 * x).applyfunc(tanh) - v), x),
    gradient("gated unit", OneMatrix(1, p) * HadamardProduct((W1 * x).applyfunc(sigmoid), MatrixSymbol("V", p, n) * x),
             W1),
    gradient("dropout mask", (W2 * HadamardProduct(b1, (W1 * x).applyfunc(relu)) - t2).T
             * (W2 * HadamardProduct(b1, (W1 * x).applyfunc(relu)) - t2), W1,
             draws={b1: "binary"}),
    gradient("recurrent, two steps", t2.T * (Sb.xreplace({n: q})
             * (Sb.xreplace({n: q}) * t2).applyfunc(tanh)).applyfunc(tanh), Sb.xreplace({n: q})),
    jacobian("Jacobian of a network by x", W2 * (W1 * x + b1).applyfunc(tanh), x),
    jacobian("Jacobian of a network by b_1", W2 * (W1 * x + b1).applyfunc(tanh), b1),
    jacobian("Jacobian of a network by W_2", W2 * (W1 * x + b1).applyfunc(tanh), W2),
    gradient("attention, one query", (v.T * X.T * (X * w).applyfunc(exp))[0, 0] / (row * (X * w).applyfunc(exp))[0, 0],
             w),
    jacobian("attention, one query, as a map", X.T * (X * w).applyfunc(exp) / (row * (X * w).applyfunc(exp))[0, 0], w),
    gradient("attention scores", Trace((X * Q1 * K1.T * X.T).applyfunc(exp) * K), Q1),
    gradient("attention, linear", Trace((X * Q1 * K1.T * X.T * X - Rt).T * (X * Q1 * K1.T * X.T * X - Rt)), Q1),
    gradient("attention with softmax", Trace(DiagMatrix((A1.applyfunc(exp)
             * OneMatrix(n, 1)).applyfunc(Lambda(z, 1 / z)))
             * A1.applyfunc(exp) * X.T * K), MatrixSymbol("W", n, n)),
    jacobian("layer norm, scale only", MatMul(1 / nx, x), x),
    gradient("layer norm in a loss", (v.T * x)[0, 0] / nx, x),
    gradient("layer norm with centring", (v.T * (x - mean * x))[0, 0]
             / sqrt(((x - mean * x).T * (x - mean * x))[0, 0] / n + delta), x),
    jacobian("layer norm with centring, as a map", (x - mean * x)
             / sqrt(((x - mean * x).T * (x - mean * x))[0, 0] / n + delta), x),
    gradient("cosine similarity", dot / (nx * nv), x),
    gradient("cosine similarity, one root", dot / sqrt((x.T * x)[0, 0] * (v.T * v)[0, 0]), x),
    gradient("cosine loss by W", 1 - (v.T * Sb * x)[0, 0] / (sqrt((x.T * Sb.T * Sb * x)[0, 0]) * nv), Sb),
    gradient("contrastive, similar", ((x - v).T * Lp.T * Lp * (x - v))[0, 0], Lp),
    gradient("contrastive, dissimilar", Max(0, 9 * delta - sqrt(((x - v).T * (x - v))[0, 0])) ** 2, x),
    gradient("triplet", Max(0, ((x - v).T * (x - v))[0, 0] - ((x - mu).T * (x - mu))[0, 0] + 9 * delta), x),
    gradient("InfoNCE", -dot / sigma + log(exp(dot / sigma) + exp((x.T * mu)[0, 0] / sigma)), x),
    gradient("InfoNCE, batch", (row * ((X * x / sigma).applyfunc(exp)))[0, 0] * exp(-dot), x),
    gradient("radial basis function", exp(-((x - mu).T * (x - mu))[0, 0] / (2 * sigma**2)), x),
    gradient("radial basis function by its width", exp(-((x - mu).T * (x - mu))[0, 0] / (2 * sigma**2)), sigma),
    gradient("log-sum-exp", log((OneMatrix(1, n) * x.applyfunc(exp))[0, 0]), x),
    gradient("log-sum-exp of linear", log((row * (X * w + y).applyfunc(exp))[0, 0]), w),
    gradient("softplus", OneMatrix(1, n) * x.applyfunc(softplus), x, x.applyfunc(sigmoid)),
    gradient("softmax temperature", sigma * log((OneMatrix(1, n) * (x / sigma).applyfunc(exp))[0, 0]), sigma),
    gradient("entropy of a softmax", log((OneMatrix(1, n) * x.applyfunc(exp))[0, 0])
             - (x.T * x.applyfunc(exp))[0, 0] / (OneMatrix(1, n) * x.applyfunc(exp))[0, 0], x),
    gradient("policy gradient", (v.T * x.applyfunc(exp))[0, 0] / (OneMatrix(1, n) * x.applyfunc(exp))[0, 0], x),
    gradient("portfolio", -(mu.T * w)[0, 0] / sqrt((w.T * Sigma * w)[0, 0]), w, draws={Sigma: "definite"}),
    gradient("mean variance", mu.T * w - lam / 2 * w.T * Sigma * w, w),
    gradient("Sinkhorn-like dual", x.T * v - sigma * OneMatrix(1, n) * (x / sigma).applyfunc(exp), x),
    gradient("diagonal gaussian", OneMatrix(1, n) * (x.applyfunc(log)
             + HadamardProduct(v - mu, v - mu, HadamardPower(x, -1))), x,
             draws={x: "positive"}),
    gradient("spectral penalty", Trace(W2.T * W2 * W2.T * W2), W2, 4 * W2 * W2.T * W2),
    gradient("row norms to one", Sum((DiagonalOf(X * X.T)[i, 0] - 1) ** 2, (i, 0, m - 1)), X),
]  # fmt: skip

ROWS = [*REGRESSION, *CLASSIFICATION, *LIKELIHOODS, *FACTORS, *NETWORKS]
