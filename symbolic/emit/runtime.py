"""Functions that generated code may need. The ones it calls are copied into its source, so that it stands alone.

Written for NumPy; the copy for another backend replaces the module's name. Leading dimensions are batch dimensions.
"""

from __future__ import annotations

from inspect import getsource
from typing import Any

import numpy as np

from symbolic.errors import ShapeError

lu_factor: Any = None  # what generated code imports
torch: Any = None


def matrix(value, name, axis=None, batched=False):
    """A floating-point array of at least two dimensions; `axis` is the one that a row or a column has."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} holds {array.dtype}, not real numbers.")
    array = array if array.dtype.kind == "f" else array.astype(float)
    if axis is not None and (array.ndim == 1 + batched or (batched and array.ndim > 2 and array.shape[-1 - axis] != 1)):
        array = array[..., :, None] if axis == 0 else array[..., None, :]
    if array.ndim < 2 + batched or (array.ndim > 2 and not batched):
        raise ShapeError(f"{name} has the shape {tuple(array.shape)}: a matrix was declared.")
    return array


def number(value, name, batched=False):
    """A number, or a batch of them as 1 x 1 matrices."""
    array = np.asarray(value, dtype=None if hasattr(value, "dtype") else float)
    if batched:
        return array if array.ndim > 2 and array.shape[-2:] == (1, 1) else array[..., None, None]
    if array.size != 1:
        raise ShapeError(f"{name} has the shape {tuple(array.shape)}: a number was declared.")
    return array.reshape(())


def matrix_torch(value, name, axis=None, batched=False):
    """A floating-point tensor of at least two dimensions; `axis` is the one that a row or a column has."""
    array = torch.as_tensor(value)
    array = array if array.is_floating_point() else array.to(torch.get_default_dtype())
    if axis is not None and (array.ndim == 1 + batched or (batched and array.ndim > 2 and array.shape[-1 - axis] != 1)):
        array = array[..., :, None] if axis == 0 else array[..., None, :]
    if array.ndim < 2 + batched or (array.ndim > 2 and not batched):
        raise ShapeError(f"{name} has the shape {tuple(array.shape)}: a matrix was declared.")
    return array


def number_torch(value, name, batched=False):
    """A number, or a batch of them as 1 x 1 matrices."""
    array = torch.as_tensor(value)
    if batched:
        return array if array.ndim > 2 and array.shape[-2:] == (1, 1) else array[..., None, None]
    return array.reshape(())


def check(name, array, declared, expected, known):
    """Raise ShapeError unless the array has the size that the others give it."""
    if tuple(array.shape[-2:]) != expected:
        found = " x ".join(map(str, array.shape[-2:]))
        raise ShapeError(f"{name} ({declared}) is {found}, and should be {expected[0]} x {expected[1]}: {known}.")


def sigmoid(t):
    """1/(1 + exp(-t)) without overflow."""
    largest = 709.0 if getattr(t, "itemsize", 8) == 8 else 88.0
    return 1 / (1 + np.exp(np.minimum(-t, largest)))


def positive(t):
    """1 where t > 0, else 0: several times faster than np.heaviside."""
    return np.asarray(t > 0, getattr(t, "dtype", float))[()]


def log_det(A):
    """log det A; nan where the determinant is not positive."""
    sign, value = np.linalg.slogdet(A)
    return np.where(sign > 0, value, np.nan)


def factor(A):
    """LU factors of A; raises for a singular matrix."""
    lu, pivots = lu_factor(A, check_finite=False)
    if not lu.diagonal().all():
        raise np.linalg.LinAlgError("Singular matrix")
    return lu, pivots


def nonsingular(L):
    """A triangular matrix as it is; raises if it is singular."""
    if not L.diagonal().all():
        raise np.linalg.LinAlgError("Singular matrix")
    return L


def nonzero(v):
    """The diagonal of a diagonal matrix as it is; raises if the matrix is singular."""
    if not v.all():
        raise np.linalg.LinAlgError("Singular matrix")
    return v


def kron_left(n, B):
    """I kron B for the n x n identity."""
    out = np.zeros((n, B.shape[0], n, B.shape[1]), dtype=B.dtype)
    k = np.arange(n)
    out[k, :, k, :] = B
    return out.reshape(n * B.shape[0], n * B.shape[1])


def kron_right(A, n):
    """A kron I for the n x n identity."""
    out = np.zeros((A.shape[0], n, A.shape[1], n), dtype=A.dtype)
    k = np.arange(n)
    out[:, k, :, k] = A
    return out.reshape(A.shape[0] * n, A.shape[1] * n)


def kron(A, B):
    """A kron B of matrices, over batches."""
    out = np.einsum("...ij,...kl->...ikjl", A, B)
    return out.reshape((*out.shape[:-4], A.shape[-2] * B.shape[-2], A.shape[-1] * B.shape[-1]))


def kron_times(A, B, M):
    """(A kron B) M without the Kronecker matrix."""
    wide = M.shape[-1]
    inner = B[..., None, :, :] @ M.reshape((*M.shape[:-2], A.shape[-1], B.shape[-1], wide))
    out = A @ inner.reshape((*inner.shape[:-3], A.shape[-1], B.shape[-2] * wide))
    return out.reshape((*out.shape[:-2], A.shape[-2] * B.shape[-2], wide))


def khatri(A, B):
    """The Khatri-Rao product: column k is the Kronecker product of the columns k of A and B."""
    out = A[..., :, None, :] * B[..., None, :, :]
    return out.reshape((*out.shape[:-3], A.shape[-2] * B.shape[-2], A.shape[-1]))


def diagonal_blocks(A, count):
    """The blocks that stand one below the other in A, along a diagonal."""
    height, width = A.shape[0] // count, A.shape[1]
    out = np.zeros((count, height, count, width), dtype=A.dtype)
    k = np.arange(count)
    out[k, :, k, :] = A.reshape(count, height, width)
    return out.reshape(count * height, count * width)


def masked_blocks(A, eye):
    """The blocks that stand one below the other in A, along a diagonal; `eye` has as many rows as there are blocks."""
    count = eye.shape[0]
    height, width = A.shape[-2] // count, A.shape[-1]
    out = A.reshape((*A.shape[:-2], count, height, 1, width)) * eye[:, None, :, None]
    return out.reshape((*A.shape[:-2], count * height, count * width))


def vec(A):
    """The columns of a matrix, one below the other, over batches."""
    return A.mT.reshape((*A.shape[:-2], A.shape[-1] * A.shape[-2], 1))


def unvec(v, rows, cols):
    """The rows x cols matrix whose columns, one below the other, are v; over batches."""
    return v.reshape((*v.shape[:-2], cols, rows)).mT


def blocks(rows, dtype):
    """A block matrix, over batches."""
    arrays = [[np.asarray(block, dtype=dtype) for block in row] for row in rows]
    arrays = [[block if block.ndim else block.reshape(1, 1) for block in row] for row in arrays]
    batch = np.broadcast_shapes(*(block.shape[:-2] for row in arrays for block in row))
    wide = [[np.broadcast_to(b, batch + tuple(b.shape[-2:])) for b in row] for row in arrays]
    return np.concatenate([np.concatenate(row, -1) for row in wide], -2)


_ALL = (matrix, matrix_torch, number, number_torch, check, sigmoid, positive, log_det, factor, nonsingular,
        nonzero, kron_left, kron_right, kron, kron_times, khatri, diagonal_blocks, masked_blocks, vec, unvec,
        blocks)  # fmt: skip
_SOURCES = {f.__name__: getsource(f).rstrip() for f in _ALL}
NAMES = tuple(name for name in _SOURCES if not name.endswith("_torch"))


def helper(name: str, module: str) -> str:
    """The source of one helper for the array module of that name."""
    source = _SOURCES.get(f"{name}_{module}", _SOURCES[name]).replace(f"def {name}_{module}(", f"def {name}(")
    return source.replace("np.", f"{module}.").replace("torch.asarray", "torch.as_tensor")


__all__ = ["NAMES", "helper"]
