import { describe, expect, test } from 'vitest'
import { answerWith } from '../helpers/exchange-answers.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import { useSignIn } from './sign-in-world.js'

const used = useSignIn()

describe('doctor --sign-in and the client that it is', () => {
  const registry = (answer: Readonly<Record<string, unknown>>, status = 201) => {
    const requests: {
      readonly method: string
      readonly path: string
      readonly authorization: string
    }[] = []
    return {
      requests,
      start: () =>
        startHttpServer((req, res) => {
          const { method = '', url: path = '', headers } = req
          requests.push({ method, path, authorization: headers.authorization ?? '' })
          if (method === 'DELETE') res.writeHead(204).end()
          else answerWith(res, answer, status)
        }),
    }
  }
  const register = async (
    answer: (origin: string) => Readonly<Record<string, unknown>>,
    status = 201,
  ) => {
    const facts: Record<string, unknown> = {}
    const { requests, start } = registry(facts, status)
    const server = await start()
    Object.assign(facts, answer(server.origin))
    const diagnosis = await used.visitWith(
      { metadata: { registration_endpoint: `${server.origin}/register` } },
      [],
    )
    return { ...diagnosis, requests }
  }

  test('a client that was registered for the sign-in is deleted again where the server gave the means', async () => {
    const { code, named, requests } = await register((origin) => ({
      ...{ client_id: 'registered', registration_access_token: 'management-token' },
      registration_client_uri: `${origin}/register/registered`,
    }))
    expect(code).toBe(0)
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /register',
      'DELETE /register/registered',
    ])
    expect(requests[1]?.authorization).toBe('Bearer management-token')
    expect(named('sign_in.client_removal')?.message).toContain('is deleted again')
  })

  test('a client is deleted even if nobody signs in with it', async () => {
    const facts: Record<string, unknown> = {
      client_id: 'registered',
      registration_access_token: 't',
    }
    const { requests, start } = registry(facts)
    const server = await start()
    facts['registration_client_uri'] = `${server.origin}/register/registered`
    const metadata = { registration_endpoint: `${server.origin}/register` }
    await used.visitWith(
      { metadata, act: ({ comeBack }) => comeBack({ ...used.right(), error: 'access_denied' }) },
      [],
    )
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
  })

  test('the token that deletes the client is sent to no other host than that of the registration', async () => {
    const elsewhere = await startHttpServer((_req, res) => res.end())
    const { named } = await register(() => ({
      ...{ client_id: 'registered', registration_access_token: 'management-token' },
      registration_client_uri: `${elsewhere.origin}/register/registered`,
    }))
    expect(elsewhere.connections).toBe(0)
    expect(named('sign_in.client_removal')?.message).toContain('stays registered')
  })

  test('a registration that is refused is wrong, and says what clients meet', async () => {
    const { wrong, named } = await register(() => ({ error: 'invalid_redirect_uri' }), 400)
    expect(wrong()).toEqual(['sign_in.client'])
    expect(named('sign_in.client')?.message).toContain('(400, invalid_redirect_uri)')
    expect(named('sign_in.client')?.hint).toContain('--client-id')
  })

  test('a registration endpoint over plain http at another host is sent nothing', async () => {
    const { wrong, named } = await used.visitWith(
      { metadata: { registration_endpoint: 'http://attacker.example/register' } },
      [],
    )
    expect(wrong()).toEqual(['sign_in.client'])
    expect(named('sign_in.client')?.message).toContain('attacker.example')
  })

  test('an authorization server that offers clients nothing is no fault, and says what to give', async () => {
    const { code, named } = await used.visitWith({}, [])
    expect(code).toBe(0)
    expect(named('sign_in.client')).toMatchObject({ verdict: 'not_checkable' })
    expect(named('sign_in.client')?.hint).toMatch(
      /--client-id.*redirect URI is http:\/\/127\.0\.0\.1:\d+\/callback/,
    )
  })
})
