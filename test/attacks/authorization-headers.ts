import { expecting, type Attack } from './attack.js'
import { sendBytes, requestText } from './send-request.js'

/** Lines of a request's head that stand where the Authorization header would. */
function lines(name: string, make: (token: string) => readonly string[]): Attack {
  return {
    name,
    needs: ['good token'],
    send: async (target) => {
      const text = requestText(target, make(await target.goodToken()))
      return sendBytes(target, text)
    },
  }
}

function value(name: string, make: (token: string) => string): Attack {
  return lines(name, (token) => [`Authorization: ${make(token)}`])
}

const BAD = 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYWxsb3J5In0.'

const doubled: readonly Attack[] = [
  lines('two Authorization headers, both good', (token) => [
    `Authorization: Bearer ${token}`,
    `Authorization: Bearer ${token}`,
  ]),
  lines('two Authorization headers, the good one first', (token) => [
    `Authorization: Bearer ${token}`,
    `Authorization: ${BAD}`,
  ]),
  lines('two Authorization headers, the good one last', (token) => [
    `Authorization: ${BAD}`,
    `Authorization: Bearer ${token}`,
  ]),
  lines('two Authorization headers, in lower and in mixed case', (token) => [
    `authorization: Bearer ${token}`,
    `AuThOrIzAtIoN: Bearer ${token}`,
  ]),
  lines('two Authorization headers, one of them empty', (token) => [
    'Authorization:',
    `Authorization: Bearer ${token}`,
  ]),
  lines('two Authorization headers, one of them Basic', (token) => [
    'Authorization: Basic YWxpY2U6c2VjcmV0',
    `Authorization: Bearer ${token}`,
  ]),
  lines('a hundred Authorization headers', () => Array<string>(100).fill(`Authorization: ${BAD}`)),
]

const schemes: readonly Attack[] = [
  value('Bearer and nothing', () => 'Bearer'),
  value('Bearer and a space', () => 'Bearer '),
  value('nothing at all', () => ''),
  value('a token without scheme', (token) => token),
  value('the scheme behind the token', (token) => `${token} Bearer`),
  value('the scheme twice', (token) => `Bearer Bearer ${token}`),
  ...['Basic', 'Digest', 'Negotiate', 'Token', 'JWT', 'BearerX', 'Bear', 'MAC', 'HOBA'].map(
    (scheme) => value(`the scheme ${scheme}`, (token) => `${scheme} ${token}`),
  ),
  value('a colon behind the scheme', (token) => `Bearer: ${token}`),
  value('an equals sign behind the scheme', (token) => `Bearer=${token}`),
  value('the token as a parameter', (token) => `Bearer token="${token}"`),
  value('the token in quotes', (token) => `Bearer "${token}"`),
  value('the token in angle brackets', (token) => `Bearer <${token}>`),
]

const several: readonly Attack[] = [
  value('two tokens with a space', (token) => `Bearer ${token} ${token}`),
  value('a word behind the token', (token) => `Bearer ${token} x`),
  value('a word in front of the token', (token) => `Bearer x ${token}`),
  value('two tokens with a comma', (token) => `Bearer ${token},${token}`),
  value('two credentials with a comma', (token) => `Bearer ${token}, Bearer ${token}`),
  value('a comma behind the token', (token) => `Bearer ${token},`),
  value('a semicolon behind the token', (token) => `Bearer ${token};`),
  value('parameters behind the token', (token) => `Bearer ${token}, realm="x"`),
]

/** Bytes that are no part of a token: as escapes of Latin-1, since that is how they go on the wire. */
const STRANGE: readonly (readonly [string, string])[] = [
  ['a tab', '\t'],
  ['a NUL', '\0'],
  ['a vertical tab', '\v'],
  ['a form feed', '\f'],
  ['a delete', '\x7f'],
  ['a bare carriage return', '\r'],
  ['a no-break space', '\xa0'],
  ['a no-break space in UTF-8', '\xc2\xa0'],
  ['a zero-width space in UTF-8', '\xe2\x80\x8b'],
  ['a full-width full stop in UTF-8', '\xef\xbc\x8e'],
  ['a Latin-1 letter', '\xe4'],
  ['an escape', '\x1b[2J'],
]

const strangeBytes: readonly Attack[] = STRANGE.flatMap(([name, bytes]) => [
  value(`${name} instead of the space`, (token) => `Bearer${bytes}${token}`),
  value(`${name} inside the token`, (token) => `Bearer ${token.replace('.', `${bytes}.`)}`),
])

const lineBreaks: readonly Attack[] = [
  value('a folded line inside the token', (token) => `Bearer ${token.replace('.', '\r\n .')}`),
  value(
    'a folded line with a tab inside the token',
    (token) => `Bearer ${token.replace('.', '\r\n\t.')}`,
  ),
  value('a bare line feed inside the token', (token) => `Bearer ${token.replace('.', '\n.')}`),
  lines('a space in front of the colon', (token) => [`Authorization : Bearer ${token}`]),
  lines('a space in front of the name', (token) => [` Authorization: Bearer ${token}`]),
  lines('a NUL inside the name', (token) => [`Author\0ization: Bearer ${token}`]),
  lines('a name in letters that look the same', (token) => [
    `\xce\x91uthorization: Bearer ${token}`,
  ]),
  lines('an underscore in the name', (token) => [`Authorization_: Bearer ${token}`]),
]

const tooLong: readonly Attack[] = [
  value('64 KiB of token', () => `Bearer ${'e'.repeat(65_536)}`),
  value('64 KiB behind a good token', (token) => `Bearer ${token}${'A'.repeat(65_536)}`),
  value('15 KiB behind a good token', (token) => `Bearer ${token}${'A'.repeat(14_000)}`),
  value('15 KiB of dots', () => `Bearer ${'.'.repeat(14_000)}`),
  value('15 KiB of spaces', (token) => `Bearer${' '.repeat(14_000)}x ${token}`),
  lines('three thousand headers', (token) => [
    ...Array<string>(3_000).fill('X: y'),
    `Authorization: ${BAD}`,
    `X-Token: ${token}`,
  ]),
]

/** A good token, or none, in an Authorization header that is not one header of the form `Bearer <token>`. */
export const authorizationHeaders = expecting({ status: [400, 401, 431] }, [
  ...doubled,
  ...schemes,
  ...several,
  ...strangeBytes,
  ...lineBreaks,
  ...tooLong,
])
