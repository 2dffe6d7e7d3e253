import { afterAll, beforeAll, expect, test } from 'vitest'
import { callerFromClaims } from '../../src/identity/caller.js'
import { Secret } from '../../src/secret.js'
import { RFC8693_REQUEST, type Dialect } from '../helpers/dialects/dialect.js'
import { json, TestIssuer } from '../helpers/test-issuer.js'
import { ADAPTERS, CLIENT, PROFILES, type Adapter } from './adapters.js'

const AUDIENCE = 'https://api.example/'
const SUBJECT_TOKEN = 'header.payload.signature'

type Asking = Pick<Dialect, 'asked' | 'subjectParameter'>

/** What adapters ask without a profile. */
const WITHOUT_PROFILE: Readonly<Record<'token_exchange' | 'jwt_bearer', Asking>> = {
  token_exchange: {
    asked: { ...RFC8693_REQUEST, audience: AUDIENCE },
    subjectParameter: 'subject_token',
  },
  jwt_bearer: {
    asked: {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      requested_token_use: 'on_behalf_of',
      scope: `${AUDIENCE}/read:private`,
    },
    subjectParameter: 'assertion',
  },
}

let issuer: TestIssuer

beforeAll(async () => {
  issuer = await TestIssuer.startTls()
  issuer.tokenResponder = (_, res) => {
    json(res, 200, {
      access_token: 'the-exchanged-token',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
    })
  }
})

afterAll(() => issuer.close())

async function sentBy(
  { create, dialect, target }: Adapter,
  scopes: readonly string[],
): Promise<readonly (readonly [string, string])[]> {
  const now = Math.floor(Date.now() / 1_000)
  await create(issuer).exchange({
    caller: callerFromClaims({
      ...{ iss: issuer.issuer, sub: 'auth0|alice', client_id: 'some-client' },
      ...{ iat: now - 300, exp: now + 300 },
    }),
    subjectToken: new Secret(SUBJECT_TOKEN),
    audience: dialect?.audience ?? AUDIENCE,
    ...{ target, scopes },
  })
  return [...(issuer.tokenRequests.at(-1)?.parameters ?? [])].sort()
}

test.each([...ADAPTERS, ...PROFILES])(
  'an adapter sends what is documented for its authorization server, and nothing else: $name',
  async (adapter) => {
    const { dialect, grant } = adapter
    const { asked, subjectParameter } = dialect ?? WITHOUT_PROFILE[grant ?? 'token_exchange']
    const { scope = '', ...withoutScope } = asked
    const expected = {
      ...withoutScope,
      [subjectParameter]: SUBJECT_TOKEN,
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
    }
    expect(await sentBy(adapter, ['read:private'])).toEqual(
      Object.entries({ ...expected, scope }).sort(),
    )
    // Entra's scope names the API, so there is always one.
    const everything = scope.replace(/read:private$/, '.default')
    const without = grant === undefined ? expected : { ...expected, scope: everything }
    expect(await sentBy(adapter, [])).toEqual(Object.entries(without).sort())
  },
)
