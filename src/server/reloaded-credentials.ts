import { ConfigError } from '../config/config-error.js'
import type { ClientCredentials } from '../config/client-credentials.js'
import type { CredentialFiles, CredentialTexts } from '../config/credential-files.js'
import { readValueFile } from '../config/value-files.js'
import type { ClientAuthenticationSource } from '../exchange/client-authentication-source.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { Secret } from '../secret.js'
import { backgroundTimers, type Timers } from '../time/clock.js'

/** What `reloadCredentials` watches over. */
export interface ReloadedCredentialsOptions {
  readonly files: CredentialFiles
  /** What the files made at the start. */
  readonly initial: ClientCredentials
  readonly log: Logger
  /** Told of other credentials before they count. */
  readonly onChange: (credentials: ClientCredentials) => void
  readonly timers?: Timers | undefined
}

/** Credentials that follow their files. */
export interface ReloadedCredentials {
  readonly source: ClientAuthenticationSource
  /** Begins to read the files now and then. */
  readonly start: () => void
  /** Reads the files at once, for an operator who has just changed them. */
  readonly reload: () => Promise<void>
  readonly close: () => void
}

/** The authorization server's refusal has the files read at once, so nothing is won by reading them more often. */
const INTERVAL_MS = 30_000
/** A file that has just changed may be half-written: what it holds counts once it is the same at two looks. */
const SETTLING_MS = 2_000

interface Fault {
  readonly setting: string
  readonly hint: string
}

/**
 * Reads the files of the client's credentials again: twice a minute, and at once when the authorization server refuses this client.
 *
 * The contents are compared, not the times of the files: secrets are mounted by links that are swapped. Files that are gone, or hold
 * what cannot be used, change nothing: what they held before stays in use. Logs `credentials_reloaded` and `credentials_not_reloaded`.
 */
export function reloadCredentials(options: ReloadedCredentialsOptions): ReloadedCredentials {
  const watch = new CredentialWatch(options)
  return {
    start: () => {
      watch.schedule(INTERVAL_MS)
    },
    source: {
      current: () => watch.current.clientAuthentication,
      refresh: () => watch.look('at_once'),
    },
    reload: () => watch.look('by_order'),
    close: () => {
      watch.close()
    },
  }
}

/** `settled`: what the last look has seen too. `by_order`: an operator wants to know what is wrong. */
type Look = 'settled' | 'at_once' | 'by_order'

class CredentialWatch {
  current: ClientCredentials
  readonly #options: ReloadedCredentialsOptions
  readonly #timers: Timers
  #used: CredentialTexts
  /** What the last look has seen, where that was neither what is used nor refused. */
  #seen: CredentialTexts | string | undefined
  #told: string | undefined
  #timer: { cancel(): void } | undefined
  #isClosed = false

  constructor(options: ReloadedCredentialsOptions) {
    this.#options = options
    this.#timers = options.timers ?? backgroundTimers
    this.#used = options.files.texts
    this.current = options.initial
  }

  schedule(delayMs: number): void {
    this.#timer?.cancel()
    if (this.#isClosed) return
    this.#timer = this.#timers.after(delayMs, () => {
      void this.look('settled').then(() => {
        this.schedule(this.#seen === undefined ? INTERVAL_MS : SETTLING_MS)
      })
    })
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
  }

  /** Never rejects. */
  async look(how: Look): Promise<void> {
    const found = await readAll(this.#options.files.paths)
    if (this.#isClosed) return
    if (!('hint' in found) && isSame(found, this.#used)) {
      this.#seen = undefined
      this.#told = undefined
      return
    }
    const seen = 'hint' in found ? found.hint : found
    const settled = how !== 'settled' || isSame(seen, this.#seen)
    this.#seen = settled ? undefined : seen
    if (!settled) return
    const fault = 'hint' in found ? found : this.#take(found)
    if (fault !== undefined && how !== 'at_once') this.#tell(fault, how)
  }

  #take(texts: CredentialTexts): Fault | undefined {
    const { files, log, onChange } = this.#options
    try {
      const credentials = files.parse(texts)
      onChange(credentials)
      const settings = [...texts.keys()].filter((name) => !isSame(texts, this.#used, [name]))
      this.current = credentials
      this.#used = texts
      this.#told = undefined
      logEvent(log, 'info', { event: 'credentials_reloaded', settings })
      return undefined
    } catch (error) {
      const [issue] = error instanceof ConfigError ? error.issues : []
      const setting = issue?.key ?? [...texts.keys()].join(', ')
      return { setting, hint: issue?.hint ?? 'cannot be used' }
    }
  }

  /** Once for each fault, unless somebody asks. */
  #tell({ setting, hint }: Fault, how: Look): void {
    const told = `${setting} ${hint}`
    if (told === this.#told && how !== 'by_order') return
    this.#told = told
    logEvent(this.#options.log, 'warn', {
      event: 'credentials_not_reloaded',
      setting,
      hint: `${setting} ${hint}. The credentials that were read before stay in use.`,
    })
  }
}

async function readAll(paths: CredentialFiles['paths']): Promise<CredentialTexts | Fault> {
  const read = [...paths].map(async ([name, path]) => [name, await readValueFile(path)] as const)
  const texts = new Map<string, Secret>()
  for (const [name, outcome] of await Promise.all(read)) {
    if ('hint' in outcome) return { setting: `${name}_FILE`, hint: outcome.hint }
    texts.set(name, new Secret(outcome.value))
  }
  return texts
}

function isSame(
  one: CredentialTexts | string,
  other: CredentialTexts | string | undefined,
  names?: readonly string[],
): boolean {
  if (typeof one === 'string' || typeof other !== 'object') return one === other
  return (names ?? [...one.keys()]).every(
    (name) => one.get(name)?.reveal() === other.get(name)?.reveal(),
  )
}
