import { open } from 'node:fs/promises'
import { isUrl } from '../config/apis-config.js'
import { BodyTooLargeError } from '../http/bounded-body.js'
import type { Fetch } from '../http/fetch-json.js'
import { isHttpsOrLoopback } from '../http/secure-url.js'
import { DOCUMENT_LIMITS } from '../openapi/limits.js'
import { CallDeadline } from '../time/call-deadline.js'
import { USER_AGENT } from '../version.js'

/** A document could not be had; `message` is a hint that says why and what to do. */
export class UnreadDocumentError extends Error {
  override readonly name = 'UnreadDocumentError'
}

export interface ReadDocumentOptions {
  /** Reaches URLs. */
  readonly fetch: Fetch
  /** For all requests of one document together. Default 30000. */
  readonly timeoutMs?: number | undefined
}

const MAX_REDIRECTS = 5
const MIB = 1024 * 1024

/**
 * Reads an OpenAPI document from a file, or by GET from a URL: https, or http on this machine. Up to 20 MiB.
 *
 * Sends no credentials. Follows redirects within the origin alone. Rejects with an `UnreadDocumentError`.
 */
export async function readDocument(
  location: string,
  options: ReadDocumentOptions,
): Promise<Uint8Array> {
  return isUrl(location) ? fetchDocument(new URL(location), options) : readFileWithin(location)
}

async function readFileWithin(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw new UnreadDocumentError('is no file. Name the document itself')
      if (stat.size > DOCUMENT_LIMITS.bytes) throw tooLarge()
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw error instanceof UnreadDocumentError ? error : new UnreadDocumentError(whyUnread(error))
  }
}

function whyUnread(error: unknown): string {
  switch ((error as { readonly code?: unknown }).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist. Check the path, as this process sees it'
    case 'EISDIR':
      return 'is a directory. Name the document in it'
    default:
      return 'cannot be read. Check path and permissions'
  }
}

async function fetchDocument(
  url: URL,
  { fetch, timeoutMs = 30_000 }: ReadDocumentOptions,
): Promise<Uint8Array> {
  const deadline = new CallDeadline(timeoutMs)
  const { signal } = deadline
  let at = url
  try {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await fetch(at.href, {
        redirect: 'manual',
        signal,
        headers: { accept: ACCEPT, 'user-agent': USER_AGENT },
      })
      if (response.status === 200) return await readBytesWithin(response)
      await response.body?.cancel().catch(() => undefined)
      at = redirectWithin(at, response)
    }
  } catch (error) {
    if (error instanceof UnreadDocumentError) throw error
    if (error instanceof BodyTooLargeError) throw tooLarge()
    if (signal.aborted) {
      throw new UnreadDocumentError(
        `did not arrive within ${timeoutMs} ms. Try again, or name a file`,
      )
    }
    throw new UnreadDocumentError(
      `cannot be fetched (${causeOf(error)}). Check the URL, and this machine's way there`,
    )
  } finally {
    deadline.end()
  }
  throw new UnreadDocumentError('redirects without end. Name the URL of the document itself')
}

/** The innermost code, such as ECONNREFUSED: messages may quote what was sent. */
function causeOf(error: unknown): string {
  const { cause, code } = (error ?? {}) as { readonly cause?: unknown; readonly code?: unknown }
  if (cause !== undefined) return causeOf(cause)
  return typeof code === 'string' ? code : 'the connection failed'
}

const ACCEPT =
  'application/openapi+json, application/openapi+yaml, application/json, application/yaml, */*;q=0.5'

/** Where a redirect leads, within the origin. */
function redirectWithin(from: URL, { status, headers }: Response): URL {
  const location = headers.get('location')
  const redirects = [301, 302, 303, 307, 308].includes(status)
  if (!redirects || location === null || !URL.canParse(location, from.href)) {
    throw new UnreadDocumentError(
      `is answered with HTTP ${status}. Name a URL that gives the document to everybody, or a file`,
    )
  }
  const to = new URL(location, from)
  if (to.origin === from.origin && isHttpsOrLoopback(to)) return to
  throw new UnreadDocumentError(
    'redirects to another host, which is not followed. Name the URL of the document itself',
  )
}

async function readBytesWithin(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > DOCUMENT_LIMITS.bytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(): UnreadDocumentError {
  return new UnreadDocumentError(
    `is larger than ${DOCUMENT_LIMITS.bytes / MIB} MiB. Leave out the operations that are not meant as tools`,
  )
}
