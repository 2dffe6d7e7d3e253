import { Secret } from '../secret.js'
import type { ClientCredentials } from './client-credentials.js'
import { textOf, type Environment } from './parse-settings.js'

/** The settings whose files are read again while the server runs. */
export const CREDENTIAL_SETTINGS = [
  'MCP_AUTH0_CLIENT_SECRET',
  'MCP_AUTH0_CLIENT_PRIVATE_KEY',
  'MCP_AUTH0_CLIENT_CERTIFICATE',
] as const

/** Texts by their settings. */
export type CredentialTexts = ReadonlyMap<string, Secret>

/** Files that hold the client's secret, key or certificate. */
export interface CredentialFiles {
  /** Their paths, by setting. */
  readonly paths: ReadonlyMap<string, string>
  /** What they held when the configuration was read. */
  readonly texts: CredentialTexts
  /** The credentials that other texts make. Throws a `ConfigError`, which names what is wrong with them. Reads nothing. */
  readonly parse: (texts: CredentialTexts) => ClientCredentials
}

/** Finds the credentials of an environment that come from files; `parse` reads them out of such an environment. */
export function credentialFilesOf(
  environment: Environment,
  parse: (environment: Environment) => ClientCredentials,
): CredentialFiles | undefined {
  const paths = new Map<string, string>()
  const texts = new Map<string, Secret>()
  for (const name of CREDENTIAL_SETTINGS) {
    const path = textOf(environment, `${name}_FILE`)
    const text = textOf(environment, name)
    if (path === undefined || text === undefined) continue
    paths.set(name, path)
    texts.set(name, new Secret(text))
  }
  if (paths.size === 0) return undefined
  return {
    paths,
    texts,
    parse: (changed) => {
      const read = [...changed].map(([name, text]) => [name, text.reveal()] as const)
      const { clientAuthentication, clientCertificate } = parse({
        ...environment,
        ...Object.fromEntries(read),
      })
      return { clientAuthentication, clientCertificate }
    },
  }
}
