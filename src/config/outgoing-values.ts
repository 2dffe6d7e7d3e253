import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { isProxyBypassEntry } from '../http/proxy-bypass.js'
import { Secret } from '../secret.js'
import { words } from './values.js'

/** The URL of a proxy, as `host:port` too. A secret, since a password may stand in it. */
export const proxyUrl = z.string().transform((value, context) => {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`
  const issue = proxyIssue(text)
  if (issue === undefined) return new Secret(new URL(text).href)
  context.addIssue(issue)
  return z.NEVER
})

function proxyIssue(text: string): string | undefined {
  if (!URL.canParse(text)) {
    return 'must be the URL of a proxy, like http://proxy.example.com:3128. In a user name or password, write special characters with a % (@ is %40)'
  }
  const { protocol, pathname, search, hash, username, password } = new URL(text)
  if (!/^https?:$/.test(protocol)) return 'must be an http or https proxy: others are not supported'
  if (pathname !== '/' || search !== '' || hash !== '') {
    return 'must be the URL of a proxy alone, without path, query and fragment'
  }
  try {
    decodeURIComponent(username + password)
    return undefined
  } catch {
    return 'must have a % in its user name or password written as %25'
  }
}

export const proxyBypass = z
  .string()
  .transform(words)
  .pipe(
    z.array(
      z.string().refine(isProxyBypassEntry, {
        error:
          'must be hosts, addresses or subnets like 10.0.0.0/8, each with :port where only that is meant, without https://',
      }),
    ),
  )

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g

/** Certificates, PEM, one behind the other; what stands between them is left out. Line breaks may be written as \\n. */
export const certificates = z.string().transform((value, context) => {
  const blocks = [...value.replaceAll('\\n', '\n').matchAll(PEM_BLOCK)]
  try {
    if (value !== '' && blocks.length === 0) throw new TypeError('no PEM')
    return blocks.map(([block]) => new X509Certificate(block).toString())
  } catch {
    context.addIssue(
      'must be certificates as PEM, and nothing else. Several lines go between quotes in .env; CA_CERTIFICATES_FILE names a file',
    )
    return z.NEVER
  }
})
