import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createSelfSignedCertificate } from '../../../apps/authorization-server/testing/self-signed-certificate.js'
import {
  ConfigError,
  parseConfig,
  readSettings,
  type Environment,
} from '../../../src/config/config.js'
import { GOOD } from './good-settings.js'

const outgoing = (environment: Environment) => parseConfig({ ...GOOD, ...environment }).outgoing

const issuesOf = (environment: Environment) => {
  try {
    outgoing(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.issues
    throw error
  }
}

describe('the settings of a proxy', () => {
  test('[case 24] the settings of a proxy are none by default', () => {
    expect(outgoing({})).toEqual({
      proxy: { http: undefined, https: undefined, noProxy: [] },
      certificateAuthorities: [],
    })
  })

  test.each([
    ['http://proxy.example.com:3128', 'http://proxy.example.com:3128/'],
    ['proxy.example.com:3128', 'http://proxy.example.com:3128/'],
    ['10.0.0.7:3128', 'http://10.0.0.7:3128/'],
    ['https://user:p%40ss@proxy.example.com/', 'https://user:p%40ss@proxy.example.com/'],
    ['user:pass@proxy.example.com:3128', 'http://user:pass@proxy.example.com:3128/'],
  ])('[case 24] the settings of a proxy take %s', (text, href) => {
    expect(outgoing({ HTTPS_PROXY: text }).proxy.https?.reveal()).toBe(href)
    expect(outgoing({ HTTP_PROXY: text }).proxy.http?.reveal()).toBe(href)
  })

  test('[case 24] the settings of a proxy are found in lower case too, which counts first, as with curl', () => {
    const upper = { HTTP_PROXY: 'a:1', HTTPS_PROXY: 'b:1', NO_PROXY: 'c.example' }
    const lower = { http_proxy: 'd:1', https_proxy: 'e:1', no_proxy: 'f.example' }
    const { http, https, noProxy } = outgoing({ ...upper, ...lower }).proxy
    expect([http?.reveal(), https?.reveal()]).toEqual(['http://d:1/', 'http://e:1/'])
    expect(noProxy).toEqual(['f.example'])
    expect(outgoing({ ...upper, http_proxy: ' ' }).proxy.http?.reveal()).toBe('http://a:1/')
  })

  test('[case 24] the settings of a proxy do not stand in for each other, as with curl', () => {
    expect(outgoing({ HTTP_PROXY: 'a:1' }).proxy.https).toBeUndefined()
    expect(outgoing({ HTTPS_PROXY: 'a:1' }).proxy.http).toBeUndefined()
  })

  test('[case 24] the settings of a proxy are not taken from a request under CGI, where HTTP_PROXY is its header', () => {
    const cgi = { REQUEST_METHOD: 'GET', HTTP_PROXY: 'attacker.test:1' }
    expect(outgoing(cgi).proxy.http).toBeUndefined()
    expect(outgoing({ ...cgi, http_proxy: 'a:1' }).proxy.http?.reveal()).toBe('http://a:1/')
  })

  test.each([
    'socks5://user:S3CRET@proxy.example.com:1080',
    'http://user:S3CRET/@proxy.example.com:3128/path',
    'http://user:S3CRET%zz@proxy.example.com:3128',
    'user:S3CRET#x@proxy.example.com',
    'http://user:S3CRET@proxy.example.com/path',
    'http://user:S3CRET@',
  ])(
    '[case 24] the settings of a proxy that are no proxy are an issue, without its password: %s',
    (text) => {
      for (const key of ['HTTPS_PROXY', 'http_proxy']) {
        const issues = issuesOf({ [key]: text })
        expect(issues.map((issue) => issue.key)).toEqual([key])
        expect(JSON.stringify(issues)).not.toContain('S3CRET')
      }
    },
  )

  test('[case 24] the settings of a proxy print as redacted', () => {
    const config = outgoing({ HTTPS_PROXY: 'http://user:S3CRET@proxy.example.com' })
    expect(JSON.stringify(config)).not.toContain('S3CRET')
  })

  test.each(['https://a.example', '10.0.0.0/33', 'a.example/path'])(
    '[case 24] the settings of a proxy refuse what NO_PROXY could never match: %s',
    (NO_PROXY) => {
      expect(issuesOf({ NO_PROXY })).toMatchObject([{ key: 'NO_PROXY', value: NO_PROXY }])
    },
  )

  test('[case 24] the settings of a proxy take the usual list of exceptions', () => {
    const NO_PROXY =
      'localhost,127.0.0.1,::1,.svc,.cluster.local,10.0.0.0/8,169.254.169.254,*.a:8080'
    expect(outgoing({ NO_PROXY }).proxy.noProxy).toHaveLength(8)
  })
})

const [one, two] = await Promise.all([
  createSelfSignedCertificate(['one.test']),
  createSelfSignedCertificate(),
])

describe('CA_CERTIFICATES', () => {
  test('[case 24] CA_CERTIFICATES takes one or several, with line breaks as they come', () => {
    const both = [one.cert, two.cert].map((pem) => pem.trim())
    for (const text of [both.join('\n'), both.join('\n').replaceAll('\n', '\\n')]) {
      const { certificateAuthorities } = outgoing({ CA_CERTIFICATES: text })
      expect(certificateAuthorities.map((pem) => pem.trim())).toEqual(both)
    }
  })

  test.each([
    ['none', 'any text'],
    ['a key', two.key],
    ['half of one', one.cert.slice(0, 200)],
    ['a broken one', one.cert.replace(/[A-Za-z]{20}/, 'x')],
  ])('[case 24] CA_CERTIFICATES refuses %s, and does not show it', (_title, CA_CERTIFICATES) => {
    const issues = issuesOf({ CA_CERTIFICATES })
    expect(issues).toMatchObject([{ key: 'CA_CERTIFICATES' }])
    expect(JSON.stringify(issues)).not.toContain(CA_CERTIFICATES.slice(30, 60) || 'any text')
  })

  test('[case 24] CA_CERTIFICATES comes from a file with comments of others in it, beside NODE_EXTRA_CA_CERTS', () => {
    const directory = mkdtempSync(join(tmpdir(), 'authorities-'))
    onTestFinished(() => {
      vi.unstubAllEnvs()
      rmSync(directory, { recursive: true })
    })
    const [own, extra] = [join(directory, 'own.pem'), join(directory, 'extra.pem')]
    writeFileSync(
      own,
      Buffer.from(`# Zertifizierungsstelle f\xfcr <alle> # 1\n${one.cert}`, 'latin1'),
    )
    writeFileSync(extra, two.cert)
    writeFileSync(join(directory, '.env'), `CA_CERTIFICATES_FILE=${own}\n`)
    vi.stubEnv('NODE_EXTRA_CA_CERTS', extra)
    const { environment } = readSettings(directory)
    const { certificateAuthorities } = outgoing(environment)
    // From Node.js 22.15 on, that file is among what Node.js says it trusts.
    const old = !('getCACertificates' in process.getBuiltinModule('node:tls'))
    expect(certificateAuthorities).toHaveLength(old ? 2 : 1)
    vi.stubEnv('NODE_EXTRA_CA_CERTS', join(directory, 'none.pem'))
    expect(outgoing(readSettings(directory).environment).certificateAuthorities).toHaveLength(1)
  })
})
