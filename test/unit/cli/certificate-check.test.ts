import { X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'
import { describe, expect, test } from 'vitest'
import { checkCertificate } from '../../../cli/doctor/certificate-check.js'
import { Secret } from '../../../src/secret.js'

const DAY_MS = 86_400_000
const start = Date.UTC(2026, 0, 1)
const { cert, private: key } = await generate([{ name: 'commonName', value: 'mcp-server' }], {
  keyType: 'ec',
  notBeforeDate: new Date(start),
  notAfterDate: new Date(start + 90 * DAY_MS),
})
const { validTo } = new X509Certificate(cert)
const ofTls = {
  clientAuthentication: { method: 'tls_client_auth' },
  clientCertificate: { certificate: cert, key: new Secret(key) },
} as const
const ofAssertions = {
  clientAuthentication: {
    method: 'private_key_jwt',
    privateKey: new Secret(key),
    certificate: cert,
  },
  clientCertificate: undefined,
} as const
const end = new Date(validTo).getTime()

const verdictAt = (timeMs: number): readonly string[] =>
  checkCertificate(ofTls, () => timeMs).map(({ verdict }) => verdict)

describe('doctor and the certificate of the client', () => {
  test('without a certificate it says nothing', () => {
    const clientAuthentication = { secret: new Secret('a secret') }
    const withSecret = { clientAuthentication, clientCertificate: undefined }
    expect(checkCertificate(withSecret, () => 0)).toEqual([])
  })

  test.each([
    ['long before its end it is ok', end - 31 * DAY_MS, 'ok'],
    ['in its last month it is a warning', end - 29 * DAY_MS, 'warning'],
    ['on its last day it is a warning still', end - 1_000, 'warning'],
    ['after its end it is wrong', end + 1_000, 'wrong'],
    ['before its beginning it is wrong', start - DAY_MS, 'wrong'],
  ])('%s', (_title, timeMs, verdict) => {
    expect(verdictAt(timeMs)).toEqual([verdict])
  })

  test('the certificate of assertions counts as that of mutual TLS does', () => {
    expect(checkCertificate(ofAssertions, () => end + 1_000)).toEqual(
      checkCertificate(ofTls, () => end + 1_000),
    )
    expect(checkCertificate(ofAssertions, () => end + 1_000)).toHaveLength(1)
  })

  test('the day of its end and the settings of a new one are named', () => {
    const [finding] = checkCertificate(ofTls, () => end + DAY_MS)
    expect(finding?.message).toContain(new Date(validTo).toISOString().slice(0, 10))
    expect(finding?.hint).toContain('MCP_AUTH0_CLIENT_CERTIFICATE')
  })
})
