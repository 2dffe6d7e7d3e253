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

/** A document and its curation, as they are now. */
export interface SourceContent {
  readonly document: Uint8Array
  /** The content of the curation's file; `undefined` where the curation is no file, or cannot be read. */
  readonly curation: Uint8Array | undefined
  /** Of both, in hexadecimal digits. */
  readonly digest: string
}

/** Reads the document of one API, and the file of its curation, as often as it is asked. */
export class DocumentSource {
  readonly #openapi: OpenApiConfig
  readonly #options: ReadDocumentOptions
  #validators: Validators | undefined
  #curation: string | undefined
  #digest: string | undefined

  constructor(openapi: OpenApiConfig, options: ReadDocumentOptions) {
    this.#openapi = openapi
    this.#options = options
  }

  /** Whether it may be read while somebody writes it. */
  get isWritten(): boolean {
    return !isUrl(this.#openapi.document) || typeof this.#openapi.curation === 'string'
  }

  /** The digest of what was read last. */
  get digest(): string | undefined {
    return this.#digest
  }

  /**
   * Reads both; resolves with `same` where a server says that the document is that of the last time, and so is the curation. Rejects with
   * an `UnreadDocumentError` for a document that cannot be read.
   */
  async read(): Promise<SourceContent | 'same'> {
    const { document: location } = this.#openapi
    const curation = await this.readCuration()
    const ofCuration = curation === undefined ? '' : hash('sha256', curation)
    const known = ofCuration === this.#curation ? this.#validators : undefined
    const version = await readVersion(location, this.#options, known)
    if (version === 'not_modified') return 'same'
    const { bytes: document, validators } = version
    this.#validators = validators
    this.#curation = ofCuration
    this.#digest = hash('sha256', `${hash('sha256', document)} ${ofCuration}`)
    return { document, curation, digest: this.#digest }
  }

  /** Has the next `read` give the content, whatever the server says. */
  forget(): void {
    this.#validators = undefined
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
