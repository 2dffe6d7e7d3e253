import { expecting, type Attack, type Target } from './attack.js'
import { issued } from './token-attack.js'

/** Letters that look like those of the Latin alphabet. */
const HOMOGLYPHS: Readonly<Record<string, string>> = {
  a: '\u0430',
  c: '\u0441',
  e: '\u0435',
  p: '\u0440',
}

function variant(name: string, change: (identifier: string) => unknown): Attack {
  return issued(`aud ${name}`, (target) => ({ claims: { aud: change(target.audience) } }))
}

function beside(name: string, aud: (target: Target) => unknown): Attack {
  return issued(`aud ${name}`, (target) => ({ claims: { aud: aud(target) } }))
}

/** One attack for each character, since a comparison may be careless at any of them. */
export function singleCharacterChanges(audience: string): readonly Attack[] {
  const changes = Array.from(audience).flatMap((character, index) => {
    const changed = (by: string): string =>
      `${audience.slice(0, index)}${by}${audience.slice(index + 1)}`
    const next = String.fromCharCode(character.charCodeAt(0) + 1)
    const swapped =
      character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase()
    const where = `character ${index + 1} (${character})`
    return [
      { name: `without ${where}`, aud: changed('') },
      { name: `with ${where} one further`, aud: changed(next) },
      { name: `with ${where} percent-encoded`, aud: changed(percentEncoded(character)) },
      ...(swapped === character
        ? []
        : [{ name: `with ${where} in the other case`, aud: changed(swapped) }]),
    ]
  })
  return expecting(
    { status: 401 },
    changes.map(({ name, aud }) => issued(`aud ${name}`, { claims: { aud } })),
  )
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`
}

const spellings: readonly Attack[] = [
  variant('with a slash more or less behind', (own) =>
    own.endsWith('/') ? own.slice(0, -1) : `${own}/`,
  ),
  variant('with two slashes behind', (own) => `${own}//`),
  variant('in upper case', (own) => own.toUpperCase()),
  variant('with the default port', (own) =>
    own.replace(new URL(own).host, `${new URL(own).host}:443`),
  ),
  variant('with userinfo', (own) => own.replace('://', '://user@')),
  variant(
    "as userinfo of the attacker's host",
    (own) => `${own.replace(/\/*$/, '')}@evil.example/`,
  ),
  variant('with http instead of https', (own) => own.replace(/^https/, 'http')),
  variant('without scheme', (own) => own.replace(/^https?:\/\//, '')),
  variant('with a letter that looks the same', (own) =>
    own.replace(/(?<=\/\/.*)[acep]/, (letter) => HOMOGLYPHS[letter] ?? letter),
  ),
  variant('with a path more', (own) => `${own.replace(/\/$/, '')}/more`),
  variant('with dot segments', (own) => `${own.replace(/\/$/, '')}/x/..`),
  variant('with a query', (own) => `${own}?`),
  variant('with a fragment', (own) => `${own}#`),
  variant('with something in front', (own) => `x${own}`),
  variant('with something behind', (own) => `${own}x`),
  variant('with a space in front', (own) => ` ${own}`),
  variant('with a space behind', (own) => `${own} `),
  variant('with a line break behind', (own) => `${own}\n`),
  variant('with a NUL behind', (own) => `${own}\0`),
  variant('with the host alone', (own) => new URL(own).host),
  variant('with the origin alone', (own) => new URL(own).origin),
  variant('with a wildcard', (own) => `${new URL(own).origin}/*`),
  variant('*', () => '*'),
]

const shapes: readonly Attack[] = [
  beside('missing', () => undefined),
  beside('null', () => null),
  beside('an empty string', () => ''),
  beside('an empty array', () => []),
  beside('an object', ({ audience }) => ({ [audience]: true })),
  beside('an object like an array', ({ audience }) => ({ 0: audience, length: 1 })),
  beside('a number', () => 1),
  beside('true', () => true),
  beside('an array in an array', ({ audience }) => [[audience]]),
  beside('an array with null', () => [null]),
  beside('all in one string', ({ audience, otherAudience }) => `${audience} ${otherAudience}`),
  beside('all in one string, with a comma', ({ audience }) => `${audience},https://else.example/`),
]

const others: readonly Attack[] = [
  beside('of the other server', ({ otherAudience }) => otherAudience),
  beside('of the other server, in an array', ({ otherAudience }) => [otherAudience]),
  beside('of this server and of the other', (t) => [t.audience, t.otherAudience]),
  beside('of the other server and of this', (t) => [t.otherAudience, t.audience]),
  beside('of this server and of a stranger', (t) => [t.audience, 'https://else.example/']),
  beside("of this server and of another issuer's userinfo", (t) => [
    t.audience,
    'https://else.example/userinfo',
  ]),
  beside("of the issuer's userinfo alone", ({ issuer }) => `${issuer.replace(/\/$/, '')}/userinfo`),
  beside('of this server and an array', (t) => [t.audience, [t.audience]]),
  beside('of this server and null', (t) => [t.audience, null]),
  beside('of this server and an empty one', (t) => [t.audience, '']),
  beside('that is the client', () => 'some-client'),
  beside('that is the issuer', ({ issuer }) => issuer),
]

/** Tokens that the issuer signed for somebody else, or for somebody else as well. */
export const audiences = expecting({ status: 401 }, [...spellings, ...shapes, ...others])
