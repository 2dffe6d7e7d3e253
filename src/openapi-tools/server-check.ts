import type { OpenApiOperation, OpenApiServer } from '../openapi/operation.js'
import type { OpenApiDocument } from '../openapi/reading.js'
import { shown, shownList } from '../openapi/shown.js'
import { trimEnd } from '../openapi/trim-ends.js'
import type { OpenApiToolsFault } from './openapi-tools.js'
import { ToolFault } from './tool-fault.js'

/**
 * Compares the servers of a document with the address of the API. One of them has to have its path: otherwise each call would
 * miss. Another host is a warning. Nothing here decides where a call goes.
 */
export function serverFaults(
  { servers, lineOf }: OpenApiDocument,
  baseUrl: URL | undefined,
  called: string,
): readonly OpenApiToolsFault[] {
  if (baseUrl === undefined) return []
  const known = servers.flatMap((server) => addressOf(server, baseUrl) ?? [])
  const [first] = known
  if (first === undefined) return []
  const fitting = known.filter(({ url }) => pathOf(url) === pathOf(baseUrl))
  const place = { code: 'server', pointer: first.pointer, line: lineOf(first.pointer) } as const
  if (fitting.length === 0) {
    const paths = shownList([...new Set(known.map(({ url }) => pathOf(url) || '/'))])
    const value = `${baseUrl.origin}${pathOf(first.url)}`
    return [
      {
        ...place,
        severity: 'fault',
        message: `The paths of the document start at ${paths}, and ${called} is ${shown(baseUrl.href)}`,
        cure: `Set ${called} to ${shown(value)}, or correct servers in the document`,
      },
    ]
  }
  if (fitting.some(({ url, relative }) => relative || url.origin === baseUrl.origin)) return []
  const hosts = shownList([...new Set(fitting.map(({ url }) => url.host))])
  return [
    {
      ...place,
      severity: 'warning',
      message: `The document names ${hosts}, and calls go to ${shown(baseUrl.host)}`,
      cure: `Nothing is to be done if ${called} is meant`,
    },
  ]
}

/** Throws `ToolFault` for an operation with servers of its own that are not those of the document, or the API's address. */
export function assertOwnServers(
  { servers, pointer }: OpenApiOperation,
  document: OpenApiDocument,
  baseUrl: URL | undefined,
): void {
  if (servers.level !== 'operation' && servers.level !== 'path') return
  const base = baseUrl ?? new URL('http://api.invalid')
  const known = new Set([
    ...document.servers.map(({ url }) => url),
    ...document.servers.flatMap((server) => hrefOf(addressOf(server, base)?.url)),
    ...hrefOf(baseUrl),
  ])
  const ours = servers.servers.some(
    (server) =>
      known.has(server.url) || hrefOf(addressOf(server, base)?.url).some((href) => known.has(href)),
  )
  if (ours) return
  const urls = shownList(servers.servers.map(({ url }) => url))
  throw new ToolFault({
    code: 'server',
    kind: 'unsupported',
    pointer,
    reason: `It has servers of its own: ${urls}`,
    cure: 'Describe it in a document of its own, as another API',
  })
}

interface Address {
  readonly url: URL
  readonly relative: boolean
  readonly pointer: string
}

/** `/` alone is what frameworks write that know no address. */
function addressOf({ url, pointer }: OpenApiServer, baseUrl: URL): Address | undefined {
  if (url === '/' || url === '' || !URL.canParse(url, baseUrl.origin)) return undefined
  return { url: new URL(url, baseUrl.origin), relative: !URL.canParse(url), pointer }
}

function pathOf({ pathname }: URL): string {
  return trimEnd(pathname, '/')
}

function hrefOf(url: URL | undefined): readonly string[] {
  return url === undefined ? [] : [`${url.origin}${pathOf(url)}`]
}
