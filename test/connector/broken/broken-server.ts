import type { ProblemId } from '../../../cli/doctor/connector/problem-table.js'
import {
  CLIENT_NAMES,
  type ClientName,
} from '../../../cli/doctor/connector/profiles/client-profile.js'
import type { WorldParts } from '../world.js'

/** A server with one thing wrong, and what that does to clients. */
export interface BrokenServer {
  readonly name: string
  readonly id: ProblemId
  readonly fails: readonly ClientName[]
  readonly parts: WorldParts
  /** The command does not go as far as clients do: it reads less, and calls nothing by plain http. */
  readonly beyondClients?: true
  /** Options of the command. */
  readonly args?: readonly string[]
}

export const EVERYBODY: readonly ClientName[] = CLIENT_NAMES.filter((name) => name !== 'web-page')
export const NOBODY: readonly ClientName[] = []

/** Those that have the SDK's comparison of issuers in them, and a literal reader of the RFC. */
export const COMPARE_ISSUERS: readonly ClientName[] = [
  'inspector',
  'sdk-v2',
  'mcp-remote',
  'strict',
]
/** Those without a client ID metadata document. */
export const NO_DOCUMENT: readonly ClientName[] = [
  ...(['cursor', 'inspector', 'sdk-v1', 'sdk-v2', 'mcp-remote'] as const),
]
