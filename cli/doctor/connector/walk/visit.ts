import type { NetworkFault } from '../../network-fault.js'

/** One request of a walk. */
export interface VisitRequest {
  readonly method: 'GET' | 'POST' | 'OPTIONS' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
}

/** What arrived of an answer. All of it is foreign text. */
export interface Answer {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: Headers
  /** As far as it was read. */
  readonly body: string
  /** `unfinished`: it did not end in time. `too_large`: reading stopped at the limit. */
  readonly bodyState: 'whole' | 'unfinished' | 'too_large'
}

export type RefusalReason =
  /** Neither https nor http on this machine. */
  | 'not_https'
  /** An address inside, where the walk began outside. */
  | 'internal_address'
  /** The limit of requests, or the time, is used up. */
  | 'used_up'

/** What a request came to. */
export type Outcome =
  | Answer
  | { readonly kind: 'failed'; readonly code: string | undefined; readonly fault: NetworkFault }
  | { readonly kind: 'refused'; readonly reason: RefusalReason }

export interface Visit {
  readonly request: VisitRequest
  readonly outcome: Outcome
}
