'use strict'
/*
 * A second checker of proof certificates, written from the text of proofs/README.md and sharing no line with
 * proofs/kernel.py:
 *
 *     node checker.js FILE...
 *
 * Each FILE holds one certificate or a list of them. Prints a line for each, "accepted: STATEMENT" with the hypotheses
 * or "rejected: REASON". Exit code 0: all accepted, 1: one rejected, 2: one unreadable. No packages, no search.
 *
 * From the top: reading JSON, rational numbers, the normal form, expressions, facts, steps, claims, printing.
 */

const fs = require('node:fs')

/** The certificate is not as described; the message is the reason. */
class Refused extends Error {}
/** The file is no JSON. */
class Unreadable extends Error {}

function refuse(reason) { throw new Refused(reason) }
function need(condition, reason) { if (!condition) refuse(reason) }
const show = x => JSON.stringify(x, (_, v) => typeof v === 'bigint' ? String(v) : v)?.slice(0, 200)

// ---------------------------------------------------------------------------------------------------- reading JSON
// JSON.parse forgets keys that stand twice and takes 1.0 for 1; here integers become BigInt, objects Map, which tell
// under TWICE that a key stands twice.

const TWICE = Symbol('twice')

const TOKEN = /[ \t\n\r]*(?:([[\]{},:])|"((?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"|(-?(?:0|[1-9][0-9]*))((?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(true|false|null))/y

function readJson(text) {
  let at = 0
  function token() {
    TOKEN.lastIndex = at
    const found = text.match(TOKEN)
    if (!found) throw new Unreadable(`no JSON at character ${at}`)
    at = TOKEN.lastIndex
    const [whole, mark, string, integer, rest, word] = found
    if (mark) return { mark }
    if (string !== undefined) return { value: JSON.parse(whole) }
    if (word) return { value: JSON.parse(word) }
    return { value: rest ? Number(integer + rest) : BigInt(integer) }
  }
  function value(first = token()) {
    if (!first.mark) return first.value
    if (first.mark === '[') {
      const items = []
      let next = token()
      if (next.mark === ']') return items
      for (;;) {
        items.push(value(next))
        const mark = token().mark
        if (mark === ']') return items
        if (mark !== ',') throw new Unreadable(`no comma before character ${at}`)
        next = token()
      }
    }
    if (first.mark !== '{') throw new Unreadable(`"${first.mark}" before character ${at}`)
    const entries = new Map()
    let next = token()
    if (next.mark === '}') return entries
    for (;;) {
      if (typeof next.value !== 'string') throw new Unreadable(`no key before character ${at}`)
      if (token().mark !== ':') throw new Unreadable(`no colon before character ${at}`)
      if (entries.has(next.value)) entries.set(TWICE, next.value)
      entries.set(next.value, value())
      const mark = token().mark
      if (mark === '}') return entries
      if (mark !== ',') throw new Unreadable(`no comma before character ${at}`)
      next = token()
    }
  }
  const result = value()
  if (/[^ \t\n\r]/.test(text.slice(at))) throw new Unreadable(`more than one value, at character ${at}`)
  return result
}

// ------------------------------------------------------------------------------------------------- rational numbers

const HUGE = 10n ** 1000n

function fraction(n, d = 1n) {
  if (d < 0n) { n = -n; d = -d }
  let [a, b] = [n < 0n ? -n : n, d]
  while (b) [a, b] = [b, a % b]
  if (a !== 1n) { n /= a; d /= a }
  need(n < HUGE && -n < HUGE && d < HUGE, 'a number is too long')
  return { n, d }
}
const ZERO = fraction(0n)
const ONE = fraction(1n)
const MINUS = fraction(-1n)
const plus = (a, b) => fraction(a.n * b.d + b.n * a.d, a.d * b.d)
const times = (a, b) => a === ONE ? b : b === ONE ? a : fraction(a.n * b.n, a.d * b.d)

/** "-3", "5/12": null if `text` is no number. */
function number(text) {
  if (typeof text !== 'string' || !/^-?[0-9]{1,99}(\/[1-9][0-9]{0,98})?$/.test(text)) return null
  const [n, d = '1'] = text.split('/')
  return fraction(n.startsWith('-') ? -BigInt(n.slice(1)) : BigInt(n), BigInt(d))
}

// -------------------------------------------------------------------------------------------------- the normal form
// A polynomial is a Map from the keys of monomials to { mono, q }. A monomial: powers, a Map from "s:NAME", "n:SIZE",
// "log:s" or "log:5/2" to exponents, and chains. A chain has ends l and r and a word w of letters; of a ring the ends
// are null. Ends: "R" (row), "C" (column), "" (nothing), "i:NAME", and "f", "g" while a sum is being joined.

const MOST_IN_MONOMIAL = 300
const MOST_IN_OPERATION = 100000

const flip = letter => letter.endsWith("'") ? letter.slice(0, -1) : letter + "'"
const backwards = word => word.map(flip).reverse()

function chain(l, w, r) {
  const key = `${l} ${w.join(' ')} ${r}`
  const turned = backwards(w)
  const other = `${r} ${turned.join(' ')} ${l}`
  return other < key ? { l: r, w: turned, r: l, key: other } : { l, w, r, key }
}

function ring(word) {
  let best = null
  for (const w of [word, backwards(word)]) {
    for (let k = 0; k < w.length; k++) {
      const rotated = [...w.slice(k), ...w.slice(0, k)]
      const key = `ring ${rotated.join(' ')}`
      if (best === null || key < best.key) best = { l: null, w: rotated, r: null, key }
    }
  }
  return best
}

const byKey = (a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0

function monomial(powers, chains) {
  const kept = [...powers].filter(([, q]) => q.n !== 0n).sort(([a], [b]) => a < b ? -1 : 1)
  const links = chains.filter(c => c.w.length || c.l !== c.r).sort(byKey)
  const size = links.reduce((sum, c) => sum + c.w.length + 1, kept.length + 1) // and 1 for the coefficient
  need(size <= MOST_IN_MONOMIAL, 'a monomial is too long')
  const key = [...kept.map(([name, q]) => `${name} ${q.n}/${q.d}`), ...links.map(c => c.key)].join(' | ')
  return { powers: new Map(kept), chains: links, size, key }
}

/** Collects [monomial, coefficient] pairs. */
function collect(pairs) {
  const sum = new Map()
  let size = 0
  for (const [mono, q] of pairs) {
    size += mono.size
    need(size <= MOST_IN_OPERATION, 'an operation is too big')
    const before = sum.get(mono.key)
    const now = before ? plus(before.q, q) : q
    if (now.n === 0n) sum.delete(mono.key)
    else sum.set(mono.key, { mono, q: now })
  }
  return sum
}

const pairsOf = p => [...p.values()].map(({ mono, q }) => [mono, q])
const power = (key, q) => collect([[monomial([[key, q]], []), ONE]])
const constant = q => collect([[monomial([], []), q]])
const oneChain = (l, w, r) => collect([[monomial([], [chain(l, w, r)]), ONE]])
const sizeOf = n => /^[0-9]/.test(n) ? constant(number(n)) : power('n:' + n, ONE)
const scaled = (p, q) => collect(pairsOf(p).map(([mono, c]) => [mono, times(c, q)]))

/** The sum of polynomials, one after the other: each addition is one operation. */
function sumOf(...ps) {
  const sum = new Map()
  let size = 0
  for (const p of ps) {
    const reach = [...p.values()].reduce((k, { mono }) => k + mono.size, size)
    need(reach <= MOST_IN_OPERATION, 'an operation is too big')
    for (const [key, { mono, q }] of p) {
      const before = sum.get(key)
      const now = before ? plus(before.q, q) : q
      size += (now.n === 0n ? 0 : mono.size) - (before ? mono.size : 0)
      if (now.n === 0n) sum.delete(key)
      else sum.set(key, { mono, q: now })
    }
  }
  return sum
}

function same(a, b) {
  if (a.size !== b.size) return false
  for (const [key, { q }] of a) {
    const other = b.get(key)
    if (!other || other.q.n !== q.n || other.q.d !== q.d) return false
  }
  return true
}

function joinedPowers(a, b) {
  const powers = new Map(a)
  for (const [key, q] of b) powers.set(key, powers.has(key) ? plus(powers.get(key), q) : q)
  return powers
}

function product(a, b) {
  function * pairs() {
    for (const x of a.values()) {
      for (const y of b.values()) {
        const mono = monomial(joinedPowers(x.mono.powers, y.mono.powers), [...x.mono.chains, ...y.mono.chains])
        yield [mono, times(x.q, y.q)]
      }
    }
  }
  return collect(pairs())
}

/** Gives the ends of chains the names that `table` has for them. */
function renamed(p, table) {
  const name = end => table[end] ?? end
  return collect(pairsOf(p).map(([mono, q]) =>
    [monomial(mono.powers, mono.chains.map(c => c.l === null ? c : chain(name(c.l), c.w, name(c.r)))), q]))
}

/** The sum over the index `end`, of range 1..n. */
function summed(p, end, n) {
  const size = sizeOf(n)
  const parts = []
  for (const { mono, q } of p.values()) {
    const count = mono.chains.reduce((k, c) => k + (c.l === end) + (c.r === end), 0)
    if (count === 0) {
      parts.push(...pairsOf(product(collect([[mono, q]]), size)))
      continue
    }
    need(count === 2, `a summed index occurs ${count} times in a monomial`)
    const rest = mono.chains.filter(c => c.l !== end && c.r !== end)
    const [a, b] = mono.chains.filter(c => c.l === end || c.r === end)
    if (!b) rest.push(ring(a.w))
    else {
      const [l, v] = a.r === end ? [a.l, a.w] : [a.r, backwards(a.w)]
      const [w, r] = b.l === end ? [b.w, b.r] : [backwards(b.w), b.l]
      rest.push(chain(l, [...v, ...w], r))
    }
    parts.push([monomial(mono.powers, rest), q])
  }
  return collect(parts)
}

// ------------------------------------------------------------------------------------- values: a shape, a polynomial

const value = (m, n, p) => ({ m, n, p })
const isScalar = v => v.m === '1' && v.n === '1'
const equalShape = (a, b) => a.m === b.m && a.n === b.n
const equal = (a, b) => equalShape(a, b) && same(a.p, b.p)
const shape = v => `(${v.m} x ${v.n})`
const row = m => m === '1' ? '' : 'R'
const column = n => n === '1' ? '' : 'C'
const identity = n => value(n, n, oneChain(row(n), [], column(n)))
const transpose = v => value(v.n, v.m, renamed(v.p, { R: 'C', C: 'R' }))

function added(...vs) {
  for (const v of vs) need(equalShape(v, vs[0]), `cannot add ${shape(v)} to ${shape(vs[0])}`)
  return value(vs[0].m, vs[0].n, sumOf(...vs.map(v => v.p)))
}

const less = (a, b) => added(a, value(b.m, b.n, scaled(b.p, MINUS)))

function multiplied(a, b) {
  if (isScalar(a)) return value(b.m, b.n, product(a.p, b.p))
  if (isScalar(b)) return value(a.m, a.n, product(a.p, b.p))
  need(a.n === b.m, `cannot multiply ${shape(a)} by ${shape(b)}`)
  if (a.n === '1') return value(a.m, b.n, product(a.p, b.p))
  return value(a.m, b.n, summed(product(renamed(a.p, { C: 'f' }), renamed(b.p, { R: 'f' })), 'f', a.n))
}

function trace(v) {
  need(v.m === v.n, `the trace of a matrix ${shape(v)}`)
  return v.m === '1' ? v : value('1', '1', summed(renamed(v.p, { R: 'f', C: 'f' }), 'f', v.m))
}

// ------------------------------------------------------------------------------------------------ names, sizes, JSON

// A "letter" is a letter or numeral of any script but no decimal digit: what \w has besides those and the underscore.
const isName = x => typeof x === 'string' && /^[\p{L}\p{Nl}\p{No}][^\p{C}\p{Z}'"#:]*$/u.test(x)
const isSize = x => typeof x === 'string' &&
  (/^[\p{L}\p{Nl}\p{No}][\p{L}\p{N}_]*$/u.test(x) || /^[1-9][0-9]{0,8}$/.test(x))
const isObject = x => x instanceof Map && !x.has(TWICE)

/** Whether the name stands in e, as a symbol or anything else, but not as the word at the head of a list. */
function occurs(name, e) {
  if (typeof e === 'string') return e === name || e === name + "'"
  return Array.isArray(e) && e.some((part, k) => (k > 0 || typeof part !== 'string') && occurs(name, part))
}

/** e has the head and as many parts as given. */
function parts(e, count, least = false) {
  need(least ? e.length > count : e.length === count + 1, `${show(e)} has too few or too many parts`)
  return e.slice(1)
}

// Q is enough for P, by the table of proofs/README.md; `nonzero` of a column is added where it is used.
const ENOUGH = {
  positive_definite: ['positive_definite', 'positive'],
  positive: ['positive_definite', 'positive'],
  positive_semidefinite: ['positive_definite', 'positive', 'positive_semidefinite', 'nonnegative'],
  nonnegative: ['positive_definite', 'positive', 'positive_semidefinite', 'nonnegative'],
  invertible: ['positive_definite', 'positive', 'injective', 'invertible'],
  injective: ['positive_definite', 'positive', 'injective', 'invertible']
}
const WORDS = [...Object.keys(ENOUGH), 'nonzero', 'nonpositive']
const SQUARE = ['invertible', 'positive_definite', 'positive_semidefinite']
const SCALAR = ['positive', 'nonpositive', 'nonnegative']
const NO_INDEX = new Map()
const TYING = ['eq', 'forall', 'positive_definite', 'positive_semidefinite']

class Checker {
  constructor(certificate) {
    need(isObject(certificate), 'a certificate is an object, with no key twice')
    const keys = ['format', 'version', 'symbols', 'indices', 'given', 'assumed', 'steps', 'claim', 'proof']
    need(certificate.size === keys.length && keys.every(key => certificate.has(key)),
      `the keys of a certificate are ${keys.join(', ')}`)
    const [format, version, symbols, indices, given, assumed, steps, claim, proof] = keys.map(k => certificate.get(k))
    need(format === 'pushthrough', 'the format is "pushthrough"')
    need(version === 1n, 'the version is 1')
    need(isObject(symbols) && isObject(indices), 'symbols and indices are objects')
    need([given, assumed, steps].every(Array.isArray), 'given, assumed and steps are lists')
    for (const [name, sizes] of symbols) {
      need(isName(name), `${show(name)} is no name`)
      need(Array.isArray(sizes) && sizes.length === 2 && sizes.every(isSize), `${name} has no two sizes`)
    }
    for (const [name, size] of indices) need(isName(name) && isSize(size), `index ${show(name)}: ${show(size)}`)
    this.symbols = symbols
    this.indices = indices
    this.given = given
    this.assumed = assumed
    this.claim = claim
    this.inverses = [] // values of the inverted matrices
    this.lemmas = [] // values of the ["zero", p]
    this.facts = [] // { name, fact, of: its values once known, under: the tie at that time }
    this.tie = null // the innermost hypothesis in force that ties symbols
    given.forEach((fact, k) => this.facts.push({ name: `g${k}`, fact }))
    assumed.forEach((fact, k) => this.facts.push({ name: `a${k}`, fact }))
    for (const { fact } of this.facts) this.wellFormed(fact)
    for (const step of steps) this.step(step)
    for (const known of this.facts) this.typed(known)
    this.check(claim, proof, indices)
  }

  // ---------------------------------------------------------------------------------------------------- expressions

  /**
   * The value of `e` where `scope` maps indices to sizes. `inside` is what e stands in: refs and #k only in steps and
   * proofs ("proof"), not in facts and claims ("statement").
   */
  value(e, scope, inside) {
    if (typeof e === 'string') return this.letter(e, scope, inside)
    need(Array.isArray(e) && typeof e[0] === 'string', `${show(e)} is no expression`)
    const of = (part, inner = scope) => this.value(part, inner, inside)
    switch (e[0]) {
      case 'sym': {
        const [name] = parts(e, 1)
        need(typeof name === 'string', `${show(name)} is no name`)
        return this.letter(name, scope, inside)
      }
      case 'num': {
        const q = number(parts(e, 1)[0])
        need(q !== null, `${show(e)} is no number`)
        return value('1', '1', constant(q))
      }
      case 'dim': return value('1', '1', sizeOf(this.size(parts(e, 1)[0], scope)))
      case 'id': return identity(this.size(parts(e, 1)[0], scope))
      case 'zero': {
        const [m, n] = parts(e, 2).map(n => this.size(n, scope))
        return value(m, n, new Map())
      }
      case 'T': return transpose(of(parts(e, 1)[0]))
      case 'add': return added(...parts(e, 1, true).map(part => of(part)))
      case 'mul': return parts(e, 1, true).map(part => of(part)).reduce(multiplied)
      case 'pow': return this.power(e, scope, inside)
      case 'inv': {
        const v = of(parts(e, 1)[0])
        const k = this.inverses.findIndex(m => equal(m, v))
        need(k >= 0, `no step introduces the inverse of ${show(e[1])}`)
        return this.inverse(k, false)
      }
      case 'tr': return trace(of(parts(e, 1)[0]))
      case 'entry': {
        const [a, i, j] = parts(e, 3)
        const v = of(a)
        return value('1', '1', renamed(v.p, { R: this.end(i, v.m, scope), C: this.end(j, v.n, scope) }))
      }
      case 'delta': {
        const [i, j] = parts(e, 2)
        need(scope.has(i) && scope.has(j), `${show(e)}: an index is not in scope`)
        need(scope.get(i) === scope.get(j), `${show(e)}: two ranges`)
        const n = this.size(scope.get(i), scope)
        return value('1', '1', n === '1' ? constant(ONE) : oneChain('i:' + i, [], 'i:' + j))
      }
      case 'sum': {
        const [i, n, body] = parts(e, 3)
        const v = of(body, this.inner(scope, [i, n]))
        return value(v.m, v.n, summed(v.p, 'i:' + i, n))
      }
      case 'stack': {
        const [i, m, j, n, body] = parts(e, 5)
        need(i !== j, `${show(e)}: one index for rows and columns`)
        const v = of(body, this.inner(scope, [i, m], [j, n]))
        need(isScalar(v), `an entry of a matrix is a scalar, not ${shape(v)}`)
        return value(m, n, renamed(v.p, { ['i:' + i]: 'R', ['i:' + j]: 'C' }))
      }
      case 'partial': {
        const [body, x, i, j] = parts(e, 4)
        const v = of(body)
        need(isName(x) && this.symbols.has(x) && !scope.has(x), `derivative by ${show(x)}, which is no symbol`)
        this.untied(x)
        const [m, n] = this.symbols.get(x)
        return value(v.m, v.n, this.derivative(v.p, x, this.end(i, m, scope), this.end(j, n, scope)))
      }
      case 'ref':
        need(inside === 'proof', 'a reference in a fact or claim')
        return this.reference(parts(e, 1)[0])
      case 'log': return value('1', '1', this.log(parts(e, 1)[0], scope, inside))
    }
    return refuse(`${show(e)} is no expression`)
  }

  letter(text, scope, inside) {
    const turned = text.endsWith("'")
    const name = turned ? text.slice(0, -1) : text
    if (name.startsWith('#')) {
      need(inside === 'proof', `${text} in a fact or claim`)
      need(/^#(0|[1-9][0-9]*)$/.test(name) && Number(name.slice(1)) < this.inverses.length, `there is no ${text}`)
      return this.inverse(Number(name.slice(1)), turned)
    }
    need(this.symbols.has(name), `${show(text)} is not declared`)
    need(!scope.has(name), `${name} is an index here`)
    const [m, n] = this.symbols.get(name)
    if (m === '1' && n === '1') return value(m, n, power('s:' + name, ONE))
    const v = value(m, n, oneChain(row(m), [name], column(n)))
    return turned ? transpose(v) : v
  }

  inverse(k, turned) {
    const n = this.inverses[k].m
    return value(n, n, oneChain(row(n), [turned ? `#${k}'` : `#${k}`], column(n)))
  }

  size(n, scope) {
    need(isSize(n), `${show(n)} is no size`)
    need(!this.symbols.has(n) && !scope.has(n), `the size ${n} is a symbol or an index`)
    return n
  }

  inner(scope, ...indices) {
    const inside = new Map(scope)
    for (const [i, n] of indices) {
      need(isName(i), `${show(i)} is no name`)
      inside.set(i, this.size(n, scope))
    }
    return inside
  }

  /** The end of a chain for index i, which ranges over the size n. */
  end(i, n, scope) {
    if (n === '1' && i === null) return ''
    need(typeof i === 'string' && scope.get(i) === n, `${show(i)} is no index in scope of range ${n}`)
    return n === '1' ? '' : 'i:' + i
  }

  power(e, scope, inside) {
    const [base, exponent] = parts(e, 2)
    const k = number(exponent)
    need(k !== null, `${show(e)}: the exponent is no number`)
    need(k.n <= 64n * k.d && -k.n <= 64n * k.d, `${show(e)}: the exponent is too big`)
    if (k.d === 1n && k.n >= 0n) {
      const v = this.value(base, scope, inside)
      need(v.m === v.n, `a power of a matrix ${shape(v)}`)
      let result = identity(v.m)
      for (let n = 0n; n < k.n; n++) result = multiplied(result, v)
      return result
    }
    need(isName(base) && this.symbols.has(base) && isScalar(this.value(base, scope, inside)),
      `${show(e)}: the base is no scalar symbol`)
    need(this.states('positive', base) || (k.d === 1n && this.states('nonzero', base)), `${show(e)} needs ${base} positive`)
    return value('1', '1', power('s:' + base, k))
  }

  /** The logarithm of a positive product, a polynomial. */
  log(p, scope, inside) {
    if (typeof p === 'string') {
      need(isName(p) && isScalar(this.letter(p, scope, inside)), `${show(p)} is no scalar symbol`)
      need(this.states('positive', p), `log needs ${p} positive`)
      return power('log:' + p, ONE)
    }
    need(Array.isArray(p), `${show(p)} is no positive product`)
    switch (p[0]) {
      case 'num': {
        const q = number(parts(p, 1)[0])
        need(q !== null && q.n > 0n, `${show(p)} is no positive number`)
        return q.n === q.d ? new Map() : power(`log:${q.n}/${q.d}`, ONE)
      }
      case 'exp': return this.scalar(parts(p, 1)[0], scope, inside).p
      case 'mul': return sumOf(...parts(p, 1, true).map(part => this.log(part, scope, inside)))
      case 'prod': {
        const [i, n, body] = parts(p, 3)
        return summed(this.log(body, this.inner(scope, [i, n]), inside), 'i:' + i, n)
      }
      case 'pow': {
        const [base, exponent] = parts(p, 2)
        const k = number(exponent)
        need(k || Array.isArray(exponent), `${show(exponent)} is neither a number nor an expression`)
        const times = k ? constant(k) : this.scalar(exponent, scope, inside).p
        return product(times, this.log(base, scope, inside))
      }
    }
    return refuse(`${show(p)} is no positive product`)
  }

  /** A fact in force says so of the scalar symbol, in these very words. */
  states(word, name) {
    return this.facts.some(({ fact }) => fact[0] === word && fact[1] === name)
  }

  scalar(e, scope, inside) {
    const v = this.value(e, scope, inside)
    need(isScalar(v), `${show(e)} is no scalar`)
    return v
  }

  untied(x) {
    for (const { name, fact } of this.facts) {
      const ties = !name.startsWith('d') && TYING.includes(fact[0]) && !(fact[0] === 'forall' && fact[1] === x)
      need(!ties || !occurs(x, fact), `derivative by ${x}, which ${name} ties`)
    }
  }

  /** The derivative of a polynomial by X_ij, where ei and ej are the ends for i and j. */
  derivative(p, X, ei, ej) {
    const terms = []
    for (const { mono, q } of p.values()) {
      const { powers, chains } = mono
      for (const [key, k] of powers) {
        need(key !== 'log:' + X, `a logarithm of ${X} has no derivative`)
        if (key !== 's:' + X) continue
        terms.push([monomial(joinedPowers(powers, [[key, MINUS]]), chains), times(q, k)])
      }
      chains.forEach((c, at) => {
        const others = collect([[monomial(powers, chains.filter((_, k) => k !== at)), q]])
        c.w.forEach((letter, k) => {
          const cut = this.cut(c, k, letter, X, ei, ej)
          if (cut) terms.push(...pairsOf(product(others, cut)))
        })
      })
    }
    return collect(terms)
  }

  /** What the k-th letter of the chain c contributes to the derivative of c. */
  cut(c, k, letter, X, ei, ej) {
    const turned = letter.endsWith("'")
    const name = turned ? letter.slice(0, -1) : letter
    const [before, after] = [c.w.slice(0, k), c.w.slice(k + 1)]
    // Without the letter: [l before a] [b after r], and of a ring [b after before a].
    const opened = (a, b, middle) => collect([[monomial([], c.l === null
      ? [chain(b, [...middle, ...after, ...before, ...middle], a)]
      : [chain(c.l, [...before, ...middle], a), chain(b, [...middle, ...after], c.r)]), ONE]])
    if (name === X) return turned ? opened(ej, ei, []) : opened(ei, ej, [])
    if (!name.startsWith('#')) return null
    const matrix = this.inverses[Number(name.slice(1))]
    const inner = this.derivative(matrix.p, X, ei, ej)
    if (inner.size === 0) return null
    if (matrix.m === '1') return scaled(product(opened('', '', [letter]), inner), MINUS)
    const linked = product(opened('f', 'g', [letter]), renamed(inner, turned ? { R: 'g', C: 'f' } : { R: 'f', C: 'g' }))
    return scaled(summed(summed(linked, 'f', matrix.m), 'g', matrix.m), MINUS)
  }

  // ------------------------------------------------------------------------------------------- facts and references

  /** What can be said of a fact before all inverses are introduced. */
  wellFormed(fact) {
    need(Array.isArray(fact) && typeof fact[0] === 'string', `${show(fact)} is no fact`)
    switch (fact[0]) {
      case 'eq': case 'at_least': parts(fact, 2); return
      case 'forall': {
        const [x, inner] = parts(fact, 2)
        need(isName(x) && this.symbols.has(x), `for all ${show(x)}, which is no symbol`)
        need(Array.isArray(inner) && inner[0] === 'eq', `${show(fact)} is no fact`)
        parts(inner, 2)
        return
      }
      default:
        need(WORDS.includes(fact[0]), `${show(fact)} is no fact`)
        parts(fact, 1)
    }
  }

  /**
   * The values of the sides of a fact, or of its one expression. They are computed anew under each hypothesis that
   * ties symbols, where a derivative in the fact may be refused.
   */
  typed(known) {
    if (known.of && known.under === this.tie) return known.of
    const [word, ...rest] = known.fact
    const inside = known.name.startsWith('d') ? 'proof' : 'statement'
    known.under = this.tie
    known.of = null
    if (word === 'at_least') {
      const [p, q] = rest.map(part => value('1', '1', this.log(part, NO_INDEX, inside)))
      known.of = { word: 'nonnegative', values: [less(p, q)] }
    } else {
      const values = (word === 'forall' ? rest[1].slice(1) : rest).map(e => this.value(e, NO_INDEX, inside))
      if (values.length === 2) need(equalShape(...values), `${known.name}: ${values.map(shape).join(' is not ')}`)
      if (SQUARE.includes(word)) need(values[0].m === values[0].n, `${known.name}: ${word}, but not square`)
      if (SCALAR.includes(word)) need(isScalar(values[0]), `${known.name}: ${word}, but no scalar`)
      known.of = { word, values }
    }
    return known.of
  }

  /** The same, or null as long as an inverse in the fact is not introduced. */
  typedYet(known) {
    try {
      return this.typed(known)
    } catch (error) {
      if (error instanceof Refused) return null
      throw error
    }
  }

  isFact(word, v) {
    return this.facts.some(known => {
      const of = this.typedYet(known)
      return of && of.word === word && equal(of.values[0], v)
    })
  }

  known(P, v) {
    if (P === 'invertible' && v.m !== v.n) return false
    if (ENOUGH[P].some(Q => this.isFact(Q, v))) return true
    return (P === 'invertible' || P === 'injective') && v.n === '1' && this.isFact('nonzero', v)
  }

  reference(r) {
    need(typeof r === 'string', `${show(r)} is no reference`)
    const [, which, side] = r.match(/^inv(0|[1-9][0-9]*)\.([rl])$/) ?? []
    if (which !== undefined) {
      need(Number(which) < this.inverses.length, `there is no ${r}`)
      const [M, inverse] = [this.inverses[Number(which)], this.inverse(Number(which), false)]
      return less(side === 'r' ? multiplied(M, inverse) : multiplied(inverse, M), identity(M.m))
    }
    const [, lemma] = r.match(/^L(0|[1-9][0-9]*)$/) ?? []
    if (lemma !== undefined) {
      need(Number(lemma) < this.lemmas.length, `there is no ${r}`)
      return this.lemmas[Number(lemma)]
    }
    const known = this.facts.find(({ name }) => name === r)
    need(known, `there is no fact ${r}`)
    const { word, values: [a, b] } = this.typed(known)
    if (word === 'eq') return less(a, b)
    if (word === 'positive_definite' || word === 'positive_semidefinite') return less(transpose(a), a)
    need(word === 'forall', `${r} cannot be referred to: it is no equation`)
    const x = known.fact[1]
    const [m, n] = this.symbols.get(x)
    need(n === '1' && m !== '1' && a.n === '1', `${r} cannot be referred to: not of columns`)
    this.untied(x)
    return value(a.m, m, this.derivative(less(a, b).p, x, 'C', ''))
  }

  zeroOnItsFace(e) {
    if (!Array.isArray(e)) return false
    switch (e[0]) {
      case 'ref': return true
      case 'add': return e.length > 1 && e.slice(1).every(part => this.zeroOnItsFace(part))
      case 'mul': return e.slice(1).some(part => this.zeroOnItsFace(part))
      case 'T': case 'tr': case 'entry': return this.zeroOnItsFace(e[1])
      case 'sum': return this.zeroOnItsFace(e[3])
    }
    return false
  }

  /** That v is zero follows from the proof. */
  follows(v, proof, scope) {
    if (proof !== null) {
      need(this.zeroOnItsFace(proof), `${show(proof)} is not zero on its face`)
      const p = this.value(proof, scope, 'proof')
      need(equalShape(v, p), `the proof is ${shape(p)}, not ${shape(v)}`)
      v = less(v, p)
    }
    need(v.p.size === 0, `left over: ${[...v.p.values()].slice(0, 3).map(t => `${t.q.n}/${t.q.d} ${t.mono.key}`)}`)
  }

  // ---------------------------------------------------------------------------------------------------------- steps

  step(step) {
    need(Array.isArray(step) && typeof step[0] === 'string', `${show(step)} is no step`)
    if (step[0] === 'inverse') {
      const v = this.value(parts(step, 1)[0], NO_INDEX, 'proof')
      need(v.m === v.n, `the inverse of a matrix ${shape(v)}`)
      need(this.known('invertible', v), `${show(step[1])} is not known to be invertible`)
      this.inverses.push(v)
    } else if (step[0] === 'zero') {
      const [p] = parts(step, 1)
      need(this.zeroOnItsFace(p), `${show(p)} is not zero on its face`)
      this.lemmas.push(this.value(p, NO_INDEX, 'proof'))
    } else {
      const [e, evidence, proof] = parts(step, 3)
      const v = this.value(e, NO_INDEX, 'proof')
      this.shown(step[0], v, evidence, proof)
      this.facts.push({ name: `d${this.facts.length}`, fact: [step[0], e] })
    }
  }

  /** The value v is P by the evidence and the proof. */
  shown(P, v, evidence, proof) {
    need(Object.hasOwn(ENOUGH, P), `${show(P)} is nothing that a step can show`)
    if (SQUARE.includes(P)) need(v.m === v.n, `${P}, but ${shape(v)}`)
    if (SCALAR.includes(P)) need(isScalar(v), `${P}, but ${shape(v)}`)
    if (P === 'injective' || P === 'invertible') {
      this.follows(less(multiplied(this.value(evidence, NO_INDEX, 'proof'), v), identity(v.n)), proof, NO_INDEX)
      return
    }
    need(Array.isArray(evidence), `${show(evidence)} is no list of squares`)
    const definite = P === 'positive_definite' || P === 'positive'
    let strict = definite && this.known('invertible', v)
    let rest = v
    for (const square of evidence) {
      need(Array.isArray(square) && square.length === 3, `${show(square)} is no square`)
      const [c, middle, L] = square
      const factor = this.scalar(c, NO_INDEX, 'proof')
      this.positiveSum(factor.p, c)
      const side = this.value(L, NO_INDEX, 'proof')
      let [term, sure] = [multiplied(transpose(side), side), true]
      if (middle !== null) {
        const between = this.value(middle, NO_INDEX, 'proof')
        const factors = Array.isArray(middle) && middle[0] === 'mul'
          ? middle.slice(1).map(part => this.value(part, NO_INDEX, 'proof'))
          : []
        const all = word => this.known(word, between) ||
          (factors.length > 0 && factors.every(f => isScalar(f) && this.known(word, f)))
        need(all('positive_semidefinite'), `${show(middle)} is not known to be positive semidefinite`)
        sure = all('positive_definite')
        term = multiplied(multiplied(transpose(side), between), side)
      }
      sure &&= (side.m === side.n && equal(side, identity(side.m))) || this.known('injective', side) ||
        (isScalar(v) && this.isFact('nonzero', side))
      strict ||= definite && sure
      rest = less(rest, multiplied(factor, isScalar(v) ? trace(term) : term))
    }
    need(strict || !definite, `no square shows that ${P} holds strictly`)
    this.follows(rest, proof, NO_INDEX)
  }

  /** A sum of positive numbers times powers of sizes and of symbols known to be positive, not 0. */
  positiveSum(p, c) {
    need(p.size > 0, `the coefficient ${show(c)} is 0`)
    for (const { mono, q } of p.values()) {
      need(q.n > 0n && mono.chains.length === 0, `the coefficient ${show(c)} is not known to be positive`)
      for (const key of mono.powers.keys()) {
        const positive = key.startsWith('n:') || (key.startsWith('s:') && this.states('positive', key.slice(2)))
        need(positive, `the coefficient ${show(c)}: no fact says that ${key} is positive`)
      }
    }
  }

  // --------------------------------------------------------------------------------------------------------- claims

  check(claim, proof, scope) {
    need(Array.isArray(claim) && typeof claim[0] === 'string', `${show(claim)} is no claim`)
    const word = claim[0]
    switch (word) {
      case 'eq': {
        const [a, b] = parts(claim, 2).map(e => this.value(e, scope, 'statement'))
        this.follows(less(a, b), proof, scope)
        return
      }
      case 'at_least': {
        const [p, q] = parts(claim, 2).map(e => value('1', '1', this.log(e, NO_INDEX, 'statement')))
        this.has('nonnegative', less(p, q), proof)
        return
      }
      case 'limit': {
        const [s, e, b] = parts(claim, 3)
        need(isName(s) && isScalar(this.letter(s, scope, 'statement')), `${show(s)} is no scalar symbol`)
        for (const { name, fact } of this.facts) {
          const about = WORDS.includes(fact[0]) && fact[1] === s
          need(about || fact[0] === 'invertible' || name.startsWith('d') || !occurs(s, fact),
            `${name} contains ${s}, which tends to 0`)
        }
        need(!occurs(s, b), `the limit contains ${s}`)
        this.value(e, scope, 'statement')
        this.check(['eq', this.withZero(e, s), b], proof, scope)
        return
      }
      case 'forall': {
        const [x, inner] = parts(claim, 2)
        need(isName(x) && this.symbols.has(x), `for all ${show(x)}, which is no symbol`)
        for (const { name, fact } of this.facts) need(!occurs(x, fact), `for all ${x}, which ${name} contains`)
        this.check(inner, proof, scope)
        return
      }
      case 'implies': {
        const [fact, inner] = parts(claim, 2)
        this.wellFormed(fact)
        const known = { name: `h${this.facts.length}`, fact }
        this.typed(known)
        this.facts.push(known)
        const outer = this.tie
        if (TYING.includes(fact[0])) this.tie = known
        this.check(inner, proof, scope)
        this.tie = outer
        this.facts.pop()
        return
      }
      case 'and': {
        const claims = parts(claim, 1, true)
        need(Array.isArray(proof) && proof.length === claims.length, 'a proof for each claim')
        claims.forEach((inner, k) => this.check(inner, proof[k], scope))
        return
      }
    }
    this.has(word, this.value(parts(claim, 1)[0], NO_INDEX, 'statement'), proof)
  }

  /** The value v is P. */
  has(P, v, proof) {
    need(Object.hasOwn(ENOUGH, P), `${show(P)} is nothing that a claim can say`)
    if (SQUARE.includes(P)) need(v.m === v.n, `${P}, but ${shape(v)}`)
    if (SCALAR.includes(P)) need(isScalar(v), `${P}, but ${shape(v)}`)
    if (proof === null) {
      need(this.known(P, v), `not known to be ${P}`)
      return
    }
    need(Array.isArray(proof) && proof.length === 2, `${show(proof)} is no evidence and proof`)
    this.shown(P, v, proof[0], proof[1])
  }

  /** `e` with 0 for s. */
  withZero(e, s) {
    if (e === s || e === s + "'") return ['num', '0'] // an index, a word or ["sym", s] becomes nonsense, and is refused
    return Array.isArray(e) ? e.map(part => this.withZero(part, s)) : e
  }
}

// ----------------------------------------------------------------------------------------------------- command line

function checked(certificate) {
  try {
    return [true, statement(new Checker(certificate))]
  } catch (error) {
    if (error instanceof RangeError) return [false, 'nested too deeply']
    if (!(error instanceof Refused)) throw error
    return [false, error.message]
  }
}

/** The statement that the kernel prints, character for character. */
function statement(c) {
  const symbols = [...c.symbols].map(([name, [m, n]]) => `${plain(name)} (${plain(m)} x ${plain(n)})`)
  const indices = [...c.indices].map(([name, n]) => `, ${plain(name)} in 1..${plain(n)}`)
  const facts = [...c.given.map(f => `; given ${sentence(f)}`), ...c.assumed.map(f => `; assumed ${sentence(f)}`)]
  return `for all real ${symbols.join(', ')}${indices.join('')}${facts.join('')}: ${sentence(c.claim)}`
}

function plain(name) {
  if (/^[A-Za-z0-9_]+'?$/.test(name)) return name
  return JSON.stringify(name).replace(/[^ -~]/g, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'))
}

/** A fact or claim, for a reader. */
function sentence([word, ...rest]) {
  switch (word) {
    case 'eq': return `${written(rest[0])} = ${written(rest[1])}`
    case 'at_least': return `${written(rest[0])} >= ${written(rest[1])}`
    case 'limit': return `(${written(rest[1])} tends to ${written(rest[2])} as ${plain(rest[0])} falls to 0)`
    case 'forall': return `(for every ${plain(rest[0])}, ${sentence(rest[1])})`
    case 'implies': return `(if ${sentence(rest[0])} then ${sentence(rest[1])})`
    case 'and': return `(${rest.map(sentence).join(' and ')})`
  }
  return `${written(rest[0])} ${word.replace('_', ' ')}`
}

/** An expression or a positive product, for a reader. */
function written(e) {
  if (typeof e === 'string') return plain(e)
  const [word, a, b, c, d, f] = e
  const index = i => i === null ? '' : plain(i)
  const numeral = q => /^[0-9]+$/.test(q) ? q : `(${q})`
  switch (word) {
    case 'sym': return plain(a)
    case 'num': return numeral(a)
    case 'dim': return `size(${plain(a)})`
    case 'id': return `I(${plain(a)})`
    case 'zero': return '0'
    case 'T': return `${written(a)}'`
    case 'add': return `(${e.slice(1).map(written).join(' + ')})`
    case 'mul': return `(${e.slice(1).map(written).join(' ')})`
    case 'pow': return `(${written(a)}^${typeof b === 'string' ? numeral(b) : written(b)})`
    case 'inv': return `(${written(a)}^-1)`
    case 'tr': return `tr(${written(a)})`
    case 'log': case 'exp': return `${word}(${written(a)})`
    case 'entry': return `${written(a)}[${index(b)},${index(c)}]`
    case 'delta': return `delta(${plain(a)},${plain(b)})`
    case 'sum': case 'prod': return `(${word}_(${plain(a)}=1..${plain(b)}) ${written(c)})`
    case 'stack': return `[${written(f)}]_(${plain(a)}=1..${plain(b)}, ${plain(c)}=1..${plain(d)})`
    case 'partial': return `(d(${written(a)})/d(${plain(b)}[${index(c)},${index(d)}]))`
  }
  return refuse(`${show(e)} cannot be printed`)
}

function main(files) {
  let code = files.length ? 0 : 2
  if (!files.length) console.error('usage: node checker.js FILE...')
  for (const file of files) {
    let content
    try {
      content = readJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(file)))
    } catch (error) {
      console.error(`unreadable: ${file}: ${error.message}`)
      code = 2
      continue
    }
    for (const certificate of Array.isArray(content) && content.length ? content : [content]) {
      const [accepted, text] = checked(certificate)
      console.log(`${accepted ? 'accepted' : 'rejected'}: ${text}`)
      if (!accepted) code = Math.max(code, 1)
    }
  }
  return code
}

process.exitCode = main(process.argv.slice(2))
