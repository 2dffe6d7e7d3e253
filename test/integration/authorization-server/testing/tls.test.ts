import { X509Certificate } from 'node:crypto'
import * as openid from 'openid-client'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadDirectory } from '../../../../apps/authorization-server/directory.js'
import { createSelfSignedCertificate } from '../../../../apps/authorization-server/testing/self-signed-certificate.js'
import {
  type TlsAuthorizationServer,
  startTlsAuthorizationServer,
} from '../../../../apps/authorization-server/testing/tls-server.js'
import { API, MCP, decode, exchangeForm, without } from '../support.js'

describe('a self-signed certificate', () => {
  it('a self-signed certificate is for this machine’s names, for a day, and its own authority', async () => {
    const certificate = new X509Certificate((await createSelfSignedCertificate()).cert)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.ca).toBe(true)
    expect(certificate.subject).toBe('CN=localhost')
    expect(certificate.checkHost('localhost')).toBe('localhost')
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(certificate.checkIP('::1')).toBe('::1')
    expect(certificate.checkHost('example.com')).toBeUndefined()
    const life = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)
    expect(life).toBe(25 * 60 * 60 * 1000)
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now())
  })

  it('a self-signed certificate has another key and another number each time, and always reads back', async () => {
    // A number that would be negative needs a byte more, which every second one does.
    const made = await Promise.all(Array.from({ length: 32 }, () => createSelfSignedCertificate()))
    expect(new Set(made.map(({ key }) => key)).size).toBe(32)
    const serials = made.map(({ cert }) => new X509Certificate(cert).serialNumber)
    expect(new Set(serials).size).toBe(32)
    for (const serial of serials) expect(serial).toMatch(/^[0-9A-F]+$/)
  })
})

describe('the authorization server over TLS', () => {
  let server: TlsAuthorizationServer
  let agent: Agent

  beforeAll(async () => {
    server = await startTlsAuthorizationServer({ directory: loadDirectory() })
    agent = new Agent({ connect: { ca: server.ca } })
  })

  afterAll(async () => {
    await agent.close()
    await server.close()
  })

  const trustingFetch: openid.CustomFetch = async (url, options) => {
    const { body = null, headers, method } = options
    const text = body instanceof URLSearchParams ? body.toString() : null
    const response = await undiciFetch(url, { headers, method, body: text, dispatcher: agent })
    return new Response(await response.text(), {
      status: response.status,
      headers: [...response.headers],
    })
  }

  it('the authorization server over TLS is discovered and exchanges a token, for those who trust its certificate', async () => {
    expect(server.issuer).toMatch(/^https:\/\/localhost:\d+\/$/)
    const { client_secret: secret = '' } = exchangeForm('')
    const config = await openid.discovery(
      new URL(server.issuer),
      'mcp-server',
      undefined,
      openid.ClientSecretPost(secret),
      { [openid.customFetch]: trustingFetch },
    )
    expect(config.serverMetadata().token_endpoint).toBe(`${server.issuer}oauth/token`)

    const now = Math.floor(Date.now() / 1000)
    const subject = await server.signToken({
      iss: server.issuer,
      sub: 'auth0|alice',
      aud: MCP,
      client_id: 'curl',
      iat: now,
      exp: now + 60,
    })
    const { grant_type = '', ...params } = without(
      exchangeForm(subject),
      'client_id',
      'client_secret',
    )
    const tokens = await openid.genericGrantRequest(config, grant_type, params)
    expect(decode(tokens.access_token).claims).toMatchObject({ iss: server.issuer, aud: API })
  })

  it('the authorization server over TLS is not reached by others', async () => {
    await expect(fetch(`${server.issuer}.well-known/jwks.json`)).rejects.toThrow('fetch failed')
  })

  it('the authorization server over TLS breaks a connection there as well', async () => {
    server.switches.fault = { kind: 'connection_reset', at: ['keys'] }
    const keys = `${server.issuer}.well-known/jwks.json`
    await expect(undiciFetch(keys, { dispatcher: agent })).rejects.toThrow('fetch failed')
    server.switches.fault = undefined
    expect((await undiciFetch(keys, { dispatcher: agent })).status).toBe(200)
  })
})
