import { constants, open } from 'node:fs/promises'
import { isUrl } from '../config/apis-config.js'
import { BodyTooLargeError, readBytesWithin } from '../http/bounded-body.js'
import type { Fetch } from '../http/fetch-json.js'
import { isHttpsOrLoopback } from '../http/secure-url.js'
import { DOCUMENT_LIMITS } from '../openapi/limits.js'
import { withoutUndefined } from '../options/without-undefined.js'
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

/** By what an HTTP server knows a version of a document again (RFC 9110 §8.8). */
export interface Validators {
  /** Where the document came from, after redirects. */
  readonly url: string
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

/** A document as it is now. */
export interface DocumentVersion {
  readonly bytes: Uint8Array
  /** `undefined` where nothing but its bytes tells it apart. */
  readonly validators: Validators | undefined
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
  const version = await readVersion(location, options)
  // Never so without validators.
  if (version === 'not_modified') throw notGiven(304)
  return version.bytes
}

/**
 * As `readDocument`; resolves with `not_modified` where the server says that the document is still that of `known`. Files are read in
 * any case.
 */
export async function readVersion(
  location: string,
  options: ReadDocumentOptions,
  known?: Validators,
): Promise<DocumentVersion | 'not_modified'> {
  if (isUrl(location)) return fetchDocument(new URL(location), options, known)
  return { bytes: await readFileWithin(location), validators: undefined }
}

/** Reads a file of up to 20 MiB. Rejects with an `UnreadDocumentError`; does not wait for what is no file, such as a named pipe. */
export async function readFileWithin(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw new UnreadDocumentError('is no file. Name the document itself')
      if (stat.size > DOCUMENT_LIMITS.bytes) throw tooLarge()
      // It may grow while it is read.
      return await readBytesWithin(
        file.createReadStream({ autoClose: false }),
        DOCUMENT_LIMITS.bytes,
      )
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof UnreadDocumentError) throw error
    if (error instanceof BodyTooLargeError) throw tooLarge()
    throw new UnreadDocumentError(whyUnread(error))
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
  known: Validators | undefined,
): Promise<DocumentVersion | 'not_modified'> {
  const deadline = new CallDeadline(timeoutMs)
  const { signal } = deadline
  let at = url
  try {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await fetch(at.href, {
        redirect: 'manual',
        signal,
        headers: { accept: ACCEPT, 'user-agent': USER_AGENT, ...conditions(at, known) },
      })
      if (response.status === 200) {
        const bytes = await readBytesWithin(response.body ?? [], DOCUMENT_LIMITS.bytes)
        return { bytes, validators: validatorsOf(at, response) }
      }
      await response.body?.cancel().catch(() => undefined)
      if (response.status === 304 && known?.url === at.href) return 'not_modified'
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

/** For the address alone that has given the validators. */
function conditions(
  { href }: URL,
  known: Validators | undefined,
): Readonly<Record<string, string>> {
  if (known?.url !== href) return {}
  return withoutUndefined({ 'if-none-match': known.etag, 'if-modified-since': known.lastModified })
}

function validatorsOf({ href: url }: URL, { headers }: Response): Validators | undefined {
  const etag = headers.get('etag') ?? undefined
  const lastModified = headers.get('last-modified') ?? undefined
  return etag === undefined && lastModified === undefined ? undefined : { url, etag, lastModified }
}

function notGiven(status: number): UnreadDocumentError {
  return new UnreadDocumentError(
    `is answered with HTTP ${status}. Name a URL that gives the document to everybody, or a file`,
  )
}

/** Where a redirect leads, within the origin. */
function redirectWithin(from: URL, { status, headers }: Response): URL {
  const location = headers.get('location')
  const redirects = [301, 302, 303, 307, 308].includes(status)
  if (!redirects || location === null || !URL.canParse(location, from.href)) {
    throw notGiven(status)
  }
  const to = new URL(location, from)
  if (to.origin === from.origin && isHttpsOrLoopback(to)) return to
  throw new UnreadDocumentError(
    'redirects to another host, which is not followed. Name the URL of the document itself',
  )
}

function tooLarge(): UnreadDocumentError {
  return new UnreadDocumentError(
    `is larger than ${DOCUMENT_LIMITS.bytes / MIB} MiB. Leave out the operations that are not meant as tools`,
  )
}
