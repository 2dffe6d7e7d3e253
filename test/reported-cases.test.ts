import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { idsIn, titlesOfAllTests } from './helpers/test-titles.js'

/**
 * What users of servers like this one have reported, what a security review found, and what stopped people in their
 * first hour. A test proves a line by carrying its id in its title: `[case 31] a client that accepts anything …`.
 */
const REPORTED: Readonly<Record<string, string>> = {
  'case 1': 'scopes in scp',
  'case 2': 'scope as a JSON array',
  'case 3': 'the client is named cid or appid',
  'case 4': 'scopes are asked for with a prefix and carried without',
  'case 5': 'scopes in a claim of one’s own',
  'case 6': 'a machine does not count as a user',
  'case 7': 'an ID token is no access token',
  'case 8': 'an Auth0 custom domain keeps /userinfo of the tenant',
  'case 9': 'the audience account of Keycloak is named with what to do',
  'case 10': 'our own client in the audience is ourselves',
  'case 11': 'a token without an audience is told so',
  'case 12': 'the resource and the audience are two things',
  'case 13': 'a resource that is the origin, with an endpoint that has a path',
  'case 14': 'algorithms other than RS256',
  'case 15': 'one bad entry in the key set',
  'case 16': 'a new key under the same kid',
  'case 17': 'a kid on one side alone',
  'case 18': 'metadata behind a 4xx that is not 404',
  'case 19': 'a 200 that is no metadata',
  'case 20': 'redirected discovery',
  'case 21': 'an issuer with one name inside and another outside',
  'case 22': 'multi-tenant issuers',
  'case 23': 'the cause behind "fetch failed"',
  'case 24': 'a corporate proxy',
  'case 25': 'a fault of the configuration is not told as "sign in again"',
  'case 26': 'a refused token is logged with what was expected and what came',
  'case 27': 'issued_token_type is missing',
  'case 28': 'tokens of the API come from another issuer',
  'case 29': 'the actor is not the client id; a claim that is null',
  'case 30': 'the clock difference is a setting',
  'case 31': 'every form of Accept',
  'case 32': 'an absolute request target',
  'case 33': 'connections are kept longer than load balancers keep them',
  'case 34': 'origins that are not http',
  'case 35': 'the metadata is open to browsers',
  'case 36': 'a port in X-Forwarded-For',
  'case 37': 'one bucket for everybody behind a proxy is said',
  'case 38': 'a wrong Host is logged with what to do',
  'case 39': 'lists that are not lists',
  'case 40': 'tokens beyond the limit of headers',
  'case 41': 'the base URL given to the client',
  'case 42': 'under a sub-path',
  'case 43': '/healthz on Cloud Run',
  'case 44': 'SIGTERM and late requests',
  'case 45': 'npm start under a supervisor',
  'case 46': 'charset=UTF8',
  'case 47': 'localhost is ::1',
  'case 48': 'arguments as clients send them',
  'case 49': 'HSTS for subdomains',
  'case 50': 'a .env with a BOM',
  'case 51': 'quotes that Docker keeps',
  'case 52': '# in a secret',
  'case 53': 'a comment or a well-known path in the value',
  'case 54': 'HOST that is no address',
  'case 55': 'success without a body, or not 200 or 201',
  'case 56': 'an API that redirects',
  'case 57': 'an idle connection closed by the API',
  'case 58': 'dialects of the token endpoint',
  'case 59': 'probes of clients',
  'case 60': 'streams',
  'case 61': 'IPv4 clients on a dual-stack listener',
  'case 62': 'the protocol',
  'case 63': 'shapes of tokens',
}

const SECURITY: Readonly<Record<string, string>> = {
  S0: 'an argument of a model picks no other operation of the API',
  S1: 'a client that is gone before it is counted costs no place',
  S2: 'no request below the limits blocks the event loop',
  S3: 'one user does not starve the calls of others',
  S4: 'one user’s failing exchange does not stop others',
  S5: 'the whole returned chain of actors is looked at',
  S6: 'a malformed restricting claim refuses',
  S7: 'machines of all listed shapes are refused',
  S8: 'a returned token that is bound is refused',
  S9: 'unsigned requests do not lock out good tokens after a key rotation',
  S10: 'no token in the log out of a path',
  S11: 'no foreign body in the log',
  S12: 'an API that echoes the exchanged token',
  S13: '..; climbs nowhere',
  S14: 'no DNS rebinding of the development servers',
  S15: 'the client secret does not go to another registrable domain unasked',
  'S16.1': 'a DPoP proof is used once through Auth0’s client too',
  'S16.2': 'a cache that throws is a miss',
  'S16.3': 'withdrawn keys do not serve after idleness',
  'S16.4': 'malformed members and doubled kids in a key set',
  'S16.5': 'typ and exp of a returned token; more scope than asked',
  'S16.6': 'sessions: replay, owner, foreign ids, memory',
  'S16.7': 'garbage in X-Forwarded-For goes nowhere',
  'S16.8': 'no request target and no method is a 500; htm and jti of a proof',
  'S16.9': 'bounded log lines, Cache-Control, HSTS',
  'S16.10': 'a tool that was not declared is refused',
}

const FIRST_HOUR: Readonly<Record<string, string>> = {
  A0a: 'a slip in the name of a tool opens nothing',
  A0b: 'every 2xx is a success',
  A1: 'what fails in a handler is logged in library mode',
  A2: 'an answer of another shape has its own text',
  A3: 'each programming error says which',
  A4: 'no wait where waiting does not help',
  A5: 'a failed exchange names the API',
  A6: 'own tools in the standalone server keep what an operator has switched on',
  A7: 'own users, scopes and two APIs without a tenant',
  A8: 'endpoint and resource are explained where they stand',
  A9: 'npm pack alone builds the package',
  A11: 'the name of an API that is none does not compile',
  A12: 'an unknown option is named, with the name that was meant',
  A13: 'the page warns that an exception of one’s own reaches the client',
  A14: 'a programming error is logged with its stack',
  A15: 'a POST, a DELETE and a query stand in the page',
  A16: 'the reference has all entry points, and a first page',
  A17: 'wiring that cannot work is logged',
  B1: 'the doctor never says that nothing is wrong about a hop it did not see',
  B2: 'the Inspector command works on the minimum Node',
  B3: 'the .env of either quickstart starts the server',
  B4: 'the page at / shows first what works at once',
  B5: 'the page of the development set-up says how to get a token',
  B6: 'one finding for one cause',
  B7: 'a refusal by design is called by its name',
  B8: 'the doctor with nothing configured',
  B9: 'baseline scopes that are no tool’s, and commas',
  B10: 'a name that is no setting is a finding',
  B11: 'numbers stand with the right noun',
  B12: 'get_datetime has a short schema',
  B13: 'a terminal sees where the server listens',
  B14: 'the README names the error that a missing npm ci gives',
  B15: 'an address that npm start prints shows a browser a page',
}

/** Lines whose remedy is documentation: the page, and words that stand there. */
const DOCUMENTED: Readonly<Record<string, { readonly page: string; readonly says: string }>> = {
  'case 45': { page: 'docs/operations.md', says: 'Do not put `npm start` under a supervisor' },
}

const LINES = { ...REPORTED, ...SECURITY, ...FIRST_HOUR }
const ID = /case \d{1,2}|S\d{1,2}(?:\.\d{1,2})?|[AB]\d{1,2}[ab]?/

describe('the reported cases', () => {
  const proven = idsIn(titlesOfAllTests(['reported-cases.test.ts']), ID)

  test.each(Object.entries(LINES).filter(([id]) => !Object.hasOwn(DOCUMENTED, id)))(
    '%s has a test: %s',
    (id) => {
      expect(proven.has(id), `no test carries [${id}] in its title`).toBe(true)
    },
  )

  test.each(Object.entries(DOCUMENTED))('%s is documented', (_id, { page, says }) => {
    const path = fileURLToPath(new URL(`../${page}`, import.meta.url))
    expect(existsSync(path) && readFileSync(path, 'utf8').replace(/\s+/g, ' ')).toContain(says)
  })

  test('an id in a title is one of the lines', () => {
    expect([...proven].filter((id) => !Object.hasOwn(LINES, id))).toEqual([])
  })
})
