import { describe, expect, test } from 'vitest'
import { networkFault } from '../../cli/doctor/network-fault.js'

const URL_ASKED = new URL('https://login.example.com/.well-known/openid-configuration')

/** As `fetch` throws it: nothing but "fetch failed" on the outside. */
function fetchFailed(code: string, message: string, members: object = {}): TypeError {
  const cause = Object.assign(new Error(message), { code, ...members })
  return new TypeError('fetch failed', { cause })
}

const FAILURES: readonly (readonly [string, Error, RegExp, RegExp])[] = [
  [
    'a name that does not exist',
    fetchFailed('ENOTFOUND', 'getaddrinfo ENOTFOUND login.example.com'),
    /^getaddrinfo ENOTFOUND login\.example\.com, at login\.example\.com:443$/,
    /DNS/,
  ],
  [
    'a port on which nobody listens',
    fetchFailed('ECONNREFUSED', 'connect ECONNREFUSED 192.0.2.1:443'),
    /^connect ECONNREFUSED 192\.0\.2\.1:443$/,
    /Nothing listens there/,
  ],
  [
    'several addresses that all refuse',
    new TypeError('fetch failed', {
      cause: new AggregateError(
        ['::1', '127.0.0.1'].map((address) =>
          Object.assign(new Error(`connect ECONNREFUSED ${address}:443`), { code: 'ECONNREFUSED' }),
        ),
      ),
    }),
    /ECONNREFUSED 127\.0\.0\.1:443/,
    /Nothing listens there/,
  ],
  [
    'a certificate of an own authority',
    fetchFailed('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate'),
    /^unable to verify the first certificate \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\), at login/,
    /NODE_EXTRA_CA_CERTS/,
  ],
  [
    'a self-signed certificate',
    fetchFailed('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'),
    /self-signed certificate \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    /NODE_EXTRA_CA_CERTS/,
  ],
  [
    'a certificate for another name',
    fetchFailed('ERR_TLS_CERT_ALTNAME_INVALID', "Host: login.example.com. is not in the cert's"),
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    /for another name/,
  ],
  [
    'a certificate that has expired',
    fetchFailed('CERT_HAS_EXPIRED', 'certificate has expired'),
    /CERT_HAS_EXPIRED/,
    /Renew the certificate/,
  ],
  [
    'a server without TLS, called by https',
    fetchFailed('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'),
    /ERR_SSL_WRONG_VERSION_NUMBER/,
    /http against https/,
  ],
  [
    'an answer that does not come in time',
    new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
    /^no answer in time, at login\.example\.com:443$/,
    /firewall/,
  ],
]

describe('the failure of a request', () => {
  test.each(FAILURES)(
    '[case 23] is told by its innermost cause, with host and port: %s',
    (_title, error, message, hint) => {
      const fault = networkFault(error, URL_ASKED)
      expect(fault.message).toMatch(message)
      expect(fault.message).not.toContain('fetch failed')
      expect(fault.hint).toMatch(hint)
    },
  )

  test('has one cause with another where this machine is at fault, and where the place is the same', () => {
    const elsewhere = new URL('https://api.example.com/')
    const untrusted = fetchFailed('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify')
    const refused = fetchFailed('ECONNREFUSED', 'connect ECONNREFUSED')
    const causes = (error: Error): readonly string[] =>
      [URL_ASKED, elsewhere].map((url) => networkFault(error, url).cause)
    expect(new Set(causes(untrusted)).size).toBe(1)
    expect(new Set(causes(refused)).size).toBe(2)
  })
})
