import type { Config } from '../../../src/config/config.js'
import type { Finding } from '../finding.js'
import type { ProviderWords } from './provider-words.js'

/** What the doctor does and says differently at one identity provider, as data. */
export interface DoctorProvider {
  readonly words: ProviderWords
  /** Whether its metadata lists every grant: then one that is not listed is not there. */
  readonly listsGrants: boolean
  /**
   * How its token endpoint is asked whether it accepts the client: by an authorization code that never existed; or, where
   * codes are looked at before the client, by a token for the client itself, which is not kept.
   */
  readonly credentialsProbe: 'invented_code' | 'own_token'
  /** The errors of RFC 6749 by which it refuses the client itself. A 401 always does. */
  readonly clientErrors: readonly string[]
  /** How it refuses what is no token, to a client that may exchange; beside what its refusals say otherwise. */
  readonly noToken: {
    readonly errors: readonly string[]
    /** Whether a 401 says so as well, to a client that was accepted before. */
    readonly unauthorized: boolean
  }
  /** What an operator does about the `error` of a refused exchange, where no reader of refusals says it. */
  readonly refusedExchange: (error: string | undefined) => string | undefined
  /** What of the settings cannot work at this provider, or is probably not meant. */
  readonly settings: (config: Config) => readonly Finding[]
}
