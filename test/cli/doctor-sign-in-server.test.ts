import { describe, expect, test } from 'vitest'
import { buildDiscoveryUrls } from '@modelcontextprotocol/client'
import { clientMetadataUrls } from '../../cli/doctor/sign-in/authorization-server.js'
import { answerWith } from '../helpers/exchange-answers.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import { answering } from './doctor-ailment.js'
import { allowSignIn, visitSignedIn } from './sign-in-support.js'
import { useSignIn } from './sign-in-world.js'

const used = useSignIn()

async function metadataThere(): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${used.world.issuer.issuer}.well-known/openid-configuration`)
  return (await response.json()) as Readonly<Record<string, unknown>>
}

describe('doctor --sign-in and the redemption of its code', () => {
  test('a code that is refused is wrong, with the word of the authorization server', async () => {
    const { wrong, named } = await used.visitWith({
      act: ({ comeBack }) => comeBack({ ...used.right(), code: 'unknown-code' }),
    })
    expect(wrong()).toEqual(['sign_in.token'])
    expect(named('sign_in.token')?.message).toContain('(400, invalid_grant)')
    expect(named('sign_in.token')?.hint).toContain('PKCE')
    expect(named('exchange')).toMatchObject({ waitsFor: 'sign_in.token' })
  })

  test.each([
    ['a redirect, which is not followed', 302, /\(302\)/],
    ['an error of its own', 503, /\(503\)/],
    ['something that is no token', 200, /no token response/],
  ])('a token endpoint that answers with %s', async (_title, status, message) => {
    const elsewhere = await startHttpServer((_req, res) => res.end())
    allowSignIn(used.world)
    const openBrowser = allowSignIn(used.world)
    const healthy = used.world.issuer.tokenResponder
    used.world.issuer.tokenResponder = (request, res) =>
      request.parameters.has('resource')
        ? void res.writeHead(status, { Location: elsewhere.origin }).end('<html>')
        : healthy(request, res)
    const { named } = await visitSignedIn(used.world, { openBrowser })
    expect(named('sign_in.token')?.verdict).not.toBe('ok')
    expect(named('sign_in.token')?.message).toMatch(message)
    expect(elsewhere.connections).toBe(0)
  })

  test('a token that is bound to a key is not taken for a bearer token', async () => {
    const { wrong } = await used.visitWith({ tokens: { token_type: 'DPoP' } })
    expect(wrong()).toEqual(['sign_in.token'])
  })

  test('a token for another audience is named as the server would name it', async () => {
    const accessToken = await used.world.issuer.mint('https://another.example/')
    const { wrong, named, hops } = await used.visitWith({ tokens: { access_token: accessToken } })
    expect(wrong()).toEqual(['token.inbound'])
    expect(named('token.inbound')?.message).toContain('audience_mismatch')
    expect(hops).toMatchObject([{ aud: 'https://another.example/' }])
  })
})

describe('doctor --sign-in and the metadata of the authorization server', () => {
  test.each([
    [
      'an authorization endpoint that is a script',
      { authorization_endpoint: 'javascript:alert(1)' },
    ],
    ['an authorization endpoint that is a file', { authorization_endpoint: 'file:///etc/passwd' }],
    [
      'an authorization endpoint over plain http at another host',
      { authorization_endpoint: 'http://attacker.example/authorize' },
    ],
    ['no authorization endpoint', { authorization_endpoint: undefined }],
    ['no response type code', { response_types_supported: ['id_token'] }],
    ['no S256', { code_challenge_methods_supported: ['plain'] }],
  ])('%s opens no browser', async (_title, metadata) => {
    const opened: string[] = []
    const { wrong } = await used.visitWith({
      metadata,
      act: ({ url }) => {
        opened.push(url.href)
        return Promise.resolve()
      },
    })
    expect([wrong(), opened]).toEqual([['sign_in.metadata'], []])
  })

  test('metadata that is silent about PKCE is a warning: strict clients refuse it', async () => {
    const { code, named } = await used.visitWith({
      metadata: { code_challenge_methods_supported: undefined },
    })
    expect(code).toBe(0)
    expect(named('sign_in.metadata')).toMatchObject({ verdict: 'warning' })
  })

  test('metadata that only a setting finds is found by no client', async () => {
    const openBrowser = allowSignIn(used.world)
    const elsewhere = await startHttpServer((_req, res) => {
      answerWith(res, document)
    })
    const document = await metadataThere()
    used.world.issuer.metadataResponder = answering(404)
    const { wrong, named } = await visitSignedIn(
      used.world,
      { openBrowser },
      { environment: { ISSUER_METADATA_URL: `${elsewhere.origin}/metadata.json` } },
    )
    expect(wrong()).toEqual(['sign_in.metadata'])
    expect(named('sign_in.metadata')?.message).toContain('oauth-authorization-server answers 404')
    expect(named('sign_in.metadata')?.hint).toContain('none of your settings')
  })

  /** The address that clients ask first answers with this; the doctor's other checks ask another one first. */
  const visitWhereClientsFind = (response: () => Response) => {
    const openBrowser = allowSignIn(used.world)
    return visitSignedIn(used.world, {
      openBrowser,
      fetch: (input, init) => {
        const { pathname } = new URL(input instanceof Request ? input.url : input)
        return pathname === '/.well-known/oauth-authorization-server'
          ? Promise.resolve(response())
          : fetch(input, init)
      },
    })
  }

  test('metadata of another issuer, at the address that clients ask first, is refused, and opens no browser', async () => {
    const document = { ...(await metadataThere()), issuer: 'https://attacker.example/' }
    const { wrong, named } = await visitWhereClientsFind(() => Response.json(document))
    expect(wrong()).toEqual(['sign_in.metadata'])
    expect(named('sign_in.metadata')?.message).toContain('attacker.example')
    expect(used.redeemedCodes()).toEqual([])
  })

  test('a web page at the address that clients ask first stops them, and the doctor too', async () => {
    const { wrong, named } = await visitWhereClientsFind(
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    )
    expect(wrong()).toEqual(['sign_in.metadata'])
    expect(named('sign_in.metadata')?.message).toContain('answers with a web page')
  })

  test.each([403, 404, 502])(
    'after a %i clients ask the next address, and so does the doctor',
    async (status) => {
      const { code, named } = await visitWhereClientsFind(() => new Response('', { status }))
      expect(code).toBe(0)
      expect(named('sign_in.metadata')?.message).toContain('/.well-known/openid-configuration.')
    },
  )

  test('after a 500 clients give up, and so does the doctor', async () => {
    const { wrong } = await visitWhereClientsFind(() => new Response('', { status: 500 }))
    expect(wrong()).toEqual(['sign_in.metadata'])
  })

  test.each(['https://as.example/', 'https://as.example/tenant', 'https://as.example/a/b/'])(
    'the addresses for %s are those of the MCP SDK, in its order',
    (issuer) => {
      const theirs = buildDiscoveryUrls(issuer).map(({ url }) => url.href)
      expect(clientMetadataUrls(new URL(issuer))).toEqual(theirs)
    },
  )
})
