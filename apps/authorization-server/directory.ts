import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DirectoryFault } from './directory-faults.js'
import { findReferenceFaults } from './directory-references.js'
import { type Directory, directorySchema } from './directory-schema.js'
import { replaceIdentifiers } from './replace-identifiers.js'

export type { DirectoryFault } from './directory-faults.js'
export type {
  ActionSettings,
  ClientEntry,
  ClientGrantEntry,
  Directory,
  OrganizationEntry,
  ResourceServerEntry,
  TokenDialect,
  TokenExchangeProfileEntry,
  UserEntry,
} from './directory-schema.js'

/** Identifiers of the two APIs in the `directory.json` that comes with the project. */
export const DEFAULT_IDENTIFIERS = {
  mcp: 'http://localhost:3001/mcp',
  api: 'http://localhost:8787/',
} as const

const DEFAULT_FILE = fileURLToPath(new URL('./directory.json', import.meta.url))

/** A directory that cannot be used; `faults` has every reason, `message` lists them line by line. */
export class DirectoryError extends Error {
  readonly code = 'invalid_directory'
  readonly faults: readonly DirectoryFault[]

  constructor(source: string, faults: readonly DirectoryFault[], cause?: unknown) {
    const lines = faults.map(({ place, cure }) => `  ${place}: ${cure}`)
    super([`${source} cannot be used:`, ...lines].join('\n'), { cause })
    this.name = 'DirectoryError'
    this.faults = faults
  }
}

/**
 * Reads users, roles, APIs, clients, grants, organizations and exchange profiles from a JSON file.
 *
 * @param path - defaults to the `directory.json` beside this module.
 * @throws DirectoryError when the file cannot be read, is not JSON, or has faults.
 */
export function loadDirectory(path: string = DEFAULT_FILE): Directory {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    const fault = { place: '(file)', cure: 'make it a readable file that holds one JSON object' }
    throw new DirectoryError(path, [fault], cause)
  }
  return parseDirectory(content, path)
}

/**
 * Returns the directory that `content` describes, defaults filled in.
 *
 * @param source - what to call the content in an error message.
 * @throws DirectoryError with every fault at once.
 */
export function parseDirectory(content: unknown, source = 'The directory'): Directory {
  const parsed = directorySchema.safeParse(content)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => ({
      place: placeOf(path),
      cure: message,
    }))
    throw new DirectoryError(source, faults)
  }
  const faults = findReferenceFaults(parsed.data)
  if (faults.length > 0) throw new DirectoryError(source, faults)
  return parsed.data
}

/**
 * Returns a copy in which the two default API identifiers are replaced wherever they occur.
 *
 * For programs that run on other ports than the defaults. The input is not changed.
 *
 * @throws DirectoryError when the directory has no API with a default identifier.
 */
export function withIdentifiers(
  directory: Directory,
  identifiers: { readonly mcp: string; readonly api: string },
): Directory {
  const known = directory.resource_servers.map((api) => api.identifier)
  const faults = Object.values(DEFAULT_IDENTIFIERS)
    .filter((identifier) => !known.includes(identifier))
    .map((identifier) => ({
      place: 'resource_servers',
      cure: `no API has the identifier ${identifier}, so there is nothing to replace; add it`,
    }))
  if (faults.length > 0) throw new DirectoryError('The directory', faults)

  const replace = (identifier: string): string => {
    if (identifier === DEFAULT_IDENTIFIERS.mcp) return identifiers.mcp
    if (identifier === DEFAULT_IDENTIFIERS.api) return identifiers.api
    return identifier
  }
  return parseDirectory(replaceIdentifiers(directory, replace))
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
  return place === '' ? '(top level)' : place
}
