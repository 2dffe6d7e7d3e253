import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DirectoryFault } from './directory-faults.js'
import { findReferenceFaults } from './directory-references.js'
import { type Directory, directorySchema } from './directory-schema.js'
import { replaceIdentifiers } from './replace-identifiers.js'

export type { DirectoryFault } from './directory-faults.js'
export type {
  ActionSettings,
  ActionSource,
  ClientEntry,
  ClientGrantEntry,
  ConnectionEntry,
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
    const lines = faults.map(({ place, hint }) => `  ${place}: ${hint}`)
    super([`${source} cannot be used:`, ...lines].join('\n'), { cause })
    this.name = 'DirectoryError'
    this.faults = faults
  }
}

/**
 * Reads users, roles, APIs, clients, grants, organizations and exchange profiles from a JSON file, by default the
 * `directory.json` beside this module.
 *
 * Throws a `DirectoryError` for a file that cannot be read, is not JSON, or has faults.
 */
export function loadDirectory(path: string = DEFAULT_FILE): Directory {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    const fault = { place: '(file)', hint: 'make it a readable file that holds one JSON object' }
    throw new DirectoryError(path, [fault], cause)
  }
  return parseDirectory(content, path)
}

/**
 * Returns the directory that `content` describes, defaults filled in. `source` is what errors call the content.
 *
 * Throws a `DirectoryError` that names every fault at once.
 */
export function parseDirectory(content: unknown, source = 'The directory'): Directory {
  const parsed = directorySchema.safeParse(content)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => ({
      place: placeOf(path),
      hint: message,
    }))
    throw new DirectoryError(source, faults)
  }
  const faults = findReferenceFaults(parsed.data)
  if (faults.length > 0) throw new DirectoryError(source, faults)
  return parsed.data
}

/**
 * Returns a copy in which the default API identifiers are replaced wherever they occur, each if a new one is given.
 *
 * For programs that run on other ports than the defaults. The input is not changed. Throws a `DirectoryError` where there
 * is no API with the default identifier to replace.
 */
export function withIdentifiers(
  directory: Directory,
  identifiers: { readonly mcp?: string | undefined; readonly api?: string | undefined },
): Directory {
  const replacements = new Map<string, string>(
    (['mcp', 'api'] as const).flatMap((name) => {
      const replacement = identifiers[name]
      return replacement === undefined ? [] : [[DEFAULT_IDENTIFIERS[name], replacement] as const]
    }),
  )
  const known = directory.resource_servers.map((api) => api.identifier)
  const faults = [...replacements.keys()]
    .filter((identifier) => !known.includes(identifier))
    .map((identifier) => ({
      place: 'resource_servers',
      hint: `no API has the identifier ${identifier}, so there is nothing to replace; add it`,
    }))
  if (faults.length > 0) throw new DirectoryError('The directory', faults)

  return parseDirectory(
    replaceIdentifiers(directory, (identifier) => replacements.get(identifier) ?? identifier),
  )
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
  return place === '' ? '(top level)' : place
}
