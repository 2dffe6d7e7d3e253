import { hash } from 'node:crypto'
import type { OpenApiConfig } from '../config/api-config.js'
import { isUrl } from '../config/apis-config.js'
import {
  readFileWithin,
  readVersion,
  UnreadDocumentError,
  type ReadDocumentOptions,
  type Validators,
} from './read-document.js'
import { readOverlays, type ReadOverlays } from './read-overlays.js'

/** A document, its overlays and its curation, as they are now. */
export interface SourceContent {
  readonly document: Uint8Array
  readonly overlays: ReadOverlays
  /** The content of the curation's file; `undefined` where the curation is no file, or cannot be read. */
  readonly curation: Uint8Array | undefined
  /** Of all of them, in hexadecimal digits. */
  readonly digest: string
}

/** Reads the document of one API, its overlays and the file of its curation, as often as it is asked. */
export class DocumentSource {
  readonly #openapi: OpenApiConfig
  readonly #options: ReadDocumentOptions
  #validators: Validators | undefined
  #beside: string | undefined
  #digest: string | undefined

  constructor(openapi: OpenApiConfig, options: ReadDocumentOptions) {
    this.#openapi = openapi
    this.#options = options
  }

  /** Whether it may be read while somebody writes it. */
  get isWritten(): boolean {
    const { document, overlays = [], curation } = this.#openapi
    return ![document, ...overlays].every(isUrl) || typeof curation === 'string'
  }

  /** The digest of what was read last. */
  get digest(): string | undefined {
    return this.#digest
  }

  /**
   * Reads them; resolves with `same` where a server says that the document is that of the last time, and so is all the rest. Rejects
   * with an `UnreadDocumentError` for a document that cannot be read.
   */
  async read(): Promise<SourceContent | 'same'> {
    const { document: location } = this.#openapi
    const curation = await this.readCuration()
    const overlays = await this.readOverlays()
    const beside = digestOfRest(overlays, curation)
    const known = beside === this.#beside ? this.#validators : undefined
    const version = await readVersion(location, this.#options, known)
    if (version === 'not_modified') return 'same'
    const { bytes: document, validators } = version
    this.#validators = validators
    this.#beside = beside
    this.#digest = hash('sha256', `${hash('sha256', document)} ${beside}`)
    return { document, overlays, curation, digest: this.#digest }
  }

  /** Has the next `read` give the content, whatever the server says. */
  forget(): void {
    this.#validators = undefined
  }

  /** What is wrong with them is told together with what is wrong with the document. */
  readOverlays(): Promise<ReadOverlays> {
    return readOverlays(this.#openapi, this.#options)
  }

  /** `undefined` as in `SourceContent`. What is wrong with it is told together with what is wrong with the document. */
  async readCuration(): Promise<Uint8Array | undefined> {
    const { curation } = this.#openapi
    if (typeof curation !== 'string') return undefined
    try {
      return await readFileWithin(curation)
    } catch (error) {
      if (error instanceof UnreadDocumentError) return undefined
      throw error
    }
  }
}

/** Of what belongs to a document. An overlay that cannot be read differs from each that can. */
function digestOfRest(
  { overlays, issues }: ReadOverlays,
  curation: Uint8Array | undefined,
): string {
  const parts = [
    curation === undefined ? '' : hash('sha256', curation),
    ...overlays.map(({ document }) => hash('sha256', document)),
    ...issues.map(({ key, hint }) => hash('sha256', JSON.stringify([key, hint]))),
  ]
  return hash('sha256', parts.join('\n'))
}
