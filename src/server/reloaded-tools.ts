import { ConfigError, type ConfigIssue } from '../config/config-error.js'
import type { Logger } from '../logging/logger.js'
import { backgroundTimers, type Timers } from '../time/clock.js'
import type { DocumentSource, SourceContent } from './document-source.js'
import {
  assertNoClashes,
  toolsOfContent,
  unread,
  type ApiWithDocument,
  type DocumentTools,
  type DocumentToolsOptions,
} from './document-tools.js'
import { UnreadDocumentError } from './read-document.js'
import { tellNotReloaded, tellRecovered, type NamedDocument } from './reload-log.js'

/** What `ReloadedTools` watches over. */
export interface ReloadedToolsOptions {
  /** The APIs that have a document. */
  readonly apis: Readonly<Record<string, ApiWithDocument>>
  readonly sources: ReadonlyMap<string, DocumentSource>
  /** What was made of them at the start. */
  readonly documents: readonly DocumentTools[]
  readonly making: DocumentToolsOptions
  /**
   * Takes all documents, of which `changed` are others than before. Throws a `ConfigError` or a `TypeError` where they cannot be
   * served together, having changed nothing.
   */
  readonly replace: (
    documents: readonly DocumentTools[],
    changed: readonly DocumentTools[],
  ) => Promise<void>
  readonly log: Logger
  readonly timers?: Timers | undefined
}

/** What came of a reload. */
export interface ToolsReload {
  /** Whether the tools are made of other documents now. */
  readonly changed: boolean
  /** Why documents are not used: where, what, and what to change. Empty: all are. */
  readonly faults: readonly string[]
}

/** `settled`: of files, what the last look has seen too. `by_order`: an operator has just changed them, and wants to know what is wrong. */
type Look = 'settled' | 'by_order'

/** A file that has just changed may be half-written: what it holds counts once it is the same at two looks. */
const SETTLING_MS = 2_000
const NOTHING: ToolsReload = { changed: false, faults: [] }

interface Watched extends NamedDocument {
  readonly openApi: ApiWithDocument
  readonly source: DocumentSource
  readonly periodMs: number
  /** Digests of what was read: in use; refused; seen once. */
  used: string
  refused?: string | undefined
  seen?: string | undefined
  /** Whether the log says that it cannot be read, and the faults that it says. */
  isUnread: boolean
  told?: string | undefined
  timer?: { cancel(): void } | undefined
}

interface Candidate {
  readonly of: Watched
  readonly made: DocumentTools
}

/**
 * Reads the documents of APIs again, and their curations: every so many seconds, and when it is told to.
 *
 * The contents are compared, not the times of files. What cannot be read, or not be used, changes nothing. Each look waits for the one
 * before. Logs `openapi_reload_failed` and `openapi_reload_recovered`.
 */
export class ReloadedTools {
  readonly #options: ReloadedToolsOptions
  readonly #watched: readonly Watched[]
  readonly #timers: Timers
  #documents: readonly DocumentTools[]
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: ReloadedToolsOptions) {
    this.#options = options
    this.#documents = options.documents
    this.#timers = options.timers ?? backgroundTimers
    this.#watched = options.documents.flatMap(({ api, document, sourceSha256 }) => {
      const [openApi, source] = [options.apis[api], options.sources.get(api)]
      if (openApi === undefined || source === undefined) return []
      const periodMs = (openApi.openapi.reloadSeconds ?? 0) * 1_000
      return [{ api, document, openApi, source, periodMs, used: sourceSha256, isUnread: false }]
    })
  }

  /** Begins to look now and then, at the documents of which that is wanted. */
  start(): void {
    for (const one of this.#watched) if (one.periodMs > 0) this.#schedule(one, one.periodMs)
  }

  /** Looks at all documents at once. Never rejects. */
  reload(): Promise<ToolsReload> {
    return this.#look(this.#watched, 'by_order')
  }

  close(): void {
    this.#isClosed = true
    for (const { timer } of this.#watched) timer?.cancel()
  }

  #schedule(one: Watched, delayMs: number): void {
    if (this.#isClosed) return
    one.timer = this.#timers.after(delayMs, () => {
      void this.#look([one], 'settled').then(() => {
        const soon = Math.min(SETTLING_MS, one.periodMs)
        this.#schedule(one, one.seen === undefined ? one.periodMs : soon)
      })
    })
  }

  #look(watched: readonly Watched[], how: Look): Promise<ToolsReload> {
    const looked = this.#last.then(() => this.#lookNow(watched, how))
    this.#last = looked
    return looked
  }

  async #lookNow(watched: readonly Watched[], how: Look): Promise<ToolsReload> {
    const candidates: Candidate[] = []
    const faults: string[] = []
    for (const one of watched) {
      if (this.#isClosed) return NOTHING
      try {
        const made = await this.#made(one, how)
        if (made !== undefined) candidates.push({ of: one, made })
      } catch (error) {
        faults.push(...this.#refuse([one], error, how))
      }
    }
    if (candidates.length === 0 || this.#isClosed) return { changed: false, faults }
    try {
      await this.#take(candidates)
      return { changed: true, faults }
    } catch (error) {
      const refused = candidates.map(({ of }) => of)
      return { changed: false, faults: [...faults, ...this.#refuse(refused, error, how)] }
    }
  }

  /** The tools of a document that has changed, and is to be used; `undefined` for any other. */
  async #made(one: Watched, how: Look): Promise<DocumentTools | undefined> {
    const { api, openApi, source } = one
    // Whoever asks is told again what is wrong.
    if (how === 'by_order' && one.refused !== undefined) source.forget()
    const content = await this.#read(one)
    const digest = content === 'same' ? source.digest : content.digest
    if (digest === one.used) {
      if (one.told !== undefined) tellRecovered(one, this.#options.log)
      one.told = one.refused = one.seen = undefined
      return undefined
    }
    if (content === 'same' || (digest === one.refused && how !== 'by_order')) return undefined
    if (how === 'settled' && source.isWritten && digest !== one.seen) {
      one.seen = digest
      source.forget()
      return undefined
    }
    one.seen = undefined
    one.refused = digest
    return toolsOfContent(api, openApi, { ...this.#options.making, content })
  }

  async #read(one: Watched): Promise<SourceContent | 'same'> {
    const content = await one.source.read()
    if (one.isUnread) tellRecovered(one, this.#options.log)
    one.isUnread = false
    return content
  }

  async #take(candidates: readonly Candidate[]): Promise<void> {
    const changed = candidates.map(({ made }) => made)
    const documents = this.#documents.map(
      (one) => changed.find(({ api }) => api === one.api) ?? one,
    )
    assertNoClashes(documents, this.#options.apis)
    await this.#options.replace(documents, changed)
    this.#documents = documents
    for (const { of, made } of candidates) {
      of.used = made.sourceSha256
      of.told = of.refused = undefined
    }
    // What did not fit to the others may fit now.
    for (const one of this.#watched) {
      if (one.refused === undefined) continue
      one.refused = undefined
      one.source.forget()
    }
  }

  /** Tells why documents are not used: each fault once, unless somebody asks. */
  #refuse(watched: readonly Watched[], error: unknown, how: Look): readonly string[] {
    const [first] = watched
    if (first === undefined) return []
    const isUnread = error instanceof UnreadDocumentError
    const issues = isUnread
      ? [unread(first.openApi.openapi, first.openApi.names.api, error)]
      : issuesOf(error)
    const faults = issues.map(({ key, hint }) => `${key}: ${hint}`)
    const text = faults.join('\n')
    const isKnown = isUnread ? first.isUnread : watched.every(({ told }) => told === text)
    for (const one of watched) {
      one.isUnread = isUnread
      if (!isUnread) one.told = text
    }
    if (!isKnown || how === 'by_order') {
      for (const one of watched) tellNotReloaded(one, issues, this.#options.log)
    }
    return faults
  }
}

function issuesOf(error: unknown): readonly Pick<ConfigIssue, 'key' | 'hint'>[] {
  if (error instanceof ConfigError) return error.issues
  const hint = error instanceof Error ? error.message : 'cannot be used'
  return [{ key: 'tools', hint }]
}
