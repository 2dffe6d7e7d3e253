import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import { certificates } from './outgoing-values.js'
import { textOf, type Environment } from './parse-settings.js'

/**
 * Adds the authorities of `NODE_EXTRA_CA_CERTS` to `CA_CERTIFICATES`, where that is set and Node.js, before 22.15,
 * cannot be asked for them. What cannot be read is left out, as Node.js does.
 */
export function withExtraAuthorities(environment: Environment): Environment {
  const own = textOf(environment, 'CA_CERTIFICATES')
  const path = textOf(environment, 'NODE_EXTRA_CA_CERTS')
  if (own === undefined || path === undefined || 'getCACertificates' in tls) return environment
  const extra = certificates.safeParse(textIn(path)).data ?? []
  return { ...environment, CA_CERTIFICATES: [own, ...extra].join('\n') }
}

function textIn(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
