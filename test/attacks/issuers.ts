import { expecting, type Attack, type Target } from './attack.js'
import { issued } from './token-attack.js'

function variant(name: string, change: (issuer: string, target: Target) => unknown): Attack {
  return issued(`iss ${name}`, (target) => ({ claims: { iss: change(target.issuer, target) } }))
}

const spellings: readonly Attack[] = [
  variant('with a slash more or less behind', (own) =>
    own.endsWith('/') ? own.slice(0, -1) : `${own}/`,
  ),
  variant('with two slashes behind', (own) => `${own}/`),
  variant('in upper case', (own) => own.toUpperCase()),
  variant('with its scheme in upper case', (own) => own.replace(/^http/, 'HTTP')),
  variant('with another scheme', (own) => own.replace(/^http:/, 'https:')),
  variant('with another name of the same host', (own) => own.replace('127.0.0.1', 'localhost')),
  variant('with another spelling of the same address', (own) => own.replace('127.0.0.1', '127.1')),
  variant('with userinfo', (own) => own.replace('://', '://issuer@')),
  variant(
    "as userinfo of the attacker's host",
    (own, { trap }) => `${own.replace(/\/$/, '')}@${new URL(trap).host}/`,
  ),
  variant('with a path more', (own) => `${own}tenant`),
  variant('with dot segments', (own) => `${own}x/..`),
  variant('with a query', (own) => `${own}?x`),
  variant('with a fragment', (own) => `${own}#`),
  variant('with something in front', (own) => `x${own}`),
  variant('with a space in front', (own) => ` ${own}`),
  variant('with a space behind', (own) => `${own} `),
  variant('with a line break behind', (own) => `${own}\n`),
  variant('with a NUL behind', (own) => `${own}\0`),
  variant('without scheme', (own) => own.replace(/^https?:\/\//, '')),
  variant('with digits that look the same', (own) => own.replace('1', '\u0661')),
]

const shapes: readonly Attack[] = [
  variant('missing', () => undefined),
  variant('null', () => null),
  variant('an empty string', () => ''),
  variant('an array', (own) => [own]),
  variant('an object', (own) => ({ issuer: own })),
  variant('a number', () => 1),
  variant('true', () => true),
  variant('__proto__', () => '__proto__'),
]

/** The start of every issuer in question is the same; the port and what follows differ from run to run. */
const characterChanges: readonly Attack[] = Array.from({ length: 16 }, (_, index) =>
  variant(
    `without its character ${index + 1}`,
    (own) => `${own.slice(0, index)}${own.slice(index + 1)}`,
  ),
)

/** Tokens with a good signature that name another issuer. */
export const issuers = expecting({ status: 401 }, [...spellings, ...shapes, ...characterChanges])
