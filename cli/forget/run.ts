import { parseConfig, readEnvironment, type Config } from '../../src/config/config.js'
import { silentLog } from '../../src/logging/logger.js'
import { primaryIssuersBy } from '../../src/on-behalf-of/primary-issuers.js'
import { createRevocation, type SharedSignOuts } from '../../src/revocation/revocation.js'
import { storeFromConfig } from '../../src/server/store-from-config.js'
import type { Store } from '../../src/store/store.js'
import type { GuardedIo } from '../guarded-output.js'
import { processIo, type CommandIo } from '../io.js'
import { printable } from '../printable.js'
import { runCommand } from '../run-command.js'
import { UsageError } from '../usage-error.js'
import { FORGET_USAGE, parseForgetOptions, type ForgetOptions } from './options.js'

/**
 * `forget`: signs a user, or a session, out of all instances that share a store. Resolves with the exit code: 1 where there is no store or
 * it cannot be had, 2 for a command line that cannot be understood.
 */
export function run(argv: readonly string[], io: CommandIo = processIo()): Promise<number> {
  return runCommand(io, {
    name: 'forget',
    usage: FORGET_USAGE,
    parse: () => parseForgetOptions(argv),
    execute: forget,
    failureText: (error) =>
      `forget failed: ${error instanceof Error ? printable(error.message) : 'unknown failure'}\n`,
  })
}

async function forget(options: ForgetOptions, io: GuardedIo): Promise<number> {
  const config = parseConfig(readEnvironment(io.directory))
  const issuer = issuerOf(options, config)
  if (config.store === undefined) {
    io.writeError(NO_STORE)
    return 1
  }
  const { certificateAuthorities: authorities } = config.outgoing
  const parts = { authorities, log: silentLog, observer: undefined }
  const { keys } = config.store
  const store = await storeFromConfig(config.store, parts)
  try {
    const isThere = await untilThere(store, io)
    const isDone =
      isThere && (await signOut({ ...options, issuer }, { config, shared: { store, keys }, io }))
    if (!isDone) io.writeError(NOT_REACHED)
    return isDone ? 0 : 1
  } finally {
    await store.close()
  }
}

/** Throws a `UsageError` for one that the settings do not name, and where it is not clear which of several is meant. */
function issuerOf({ issuer }: ForgetOptions, { tenants }: Config): string {
  const known = tenants.issuers
  const [only, ...others] = known
  const listed = known.map(printable).join(', ')
  if (issuer === undefined && only !== undefined && others.length === 0) return only
  if (issuer === undefined) {
    throw new UsageError(`There are several issuers: name one by --issuer: ${listed}.`)
  }
  if (known.includes(issuer)) return issuer
  throw new UsageError(`--issuer is none whose tokens this server accepts: ${listed}.`)
}

const CONNECT_WITHIN_MS = 10_000

/** A store that has just been made is not connected yet. */
async function untilThere(store: Store, { clock, wait }: GuardedIo): Promise<boolean> {
  const endMs = clock() + CONNECT_WITHIN_MS
  for (;;) {
    try {
      await store.get('probe')
      return true
    } catch {
      if (clock() >= endMs) return false
      await wait(50)
    }
  }
}

interface Reached {
  readonly config: Config
  readonly shared: SharedSignOuts
  readonly io: GuardedIo
}

async function signOut(
  { user: subject, session: sessionId, issuer }: ForgetOptions & { readonly issuer: string },
  { config: { signOut, tenants }, shared, io }: Reached,
): Promise<boolean> {
  const primaryIssuers = primaryIssuersBy(tenants.families)
  const { tokenLifeSeconds } = signOut
  const revocation = createRevocation({ shared, tokenLifeSeconds, primaryIssuers, clock: io.clock })
  const atSeconds = Math.floor(io.clock() / 1_000)
  const isDone = await revocation.revoke({ issuer, subject, sessionId }, { atSeconds })
  revocation.close()
  if (!isDone) return false
  const until = new Date(atSeconds * 1_000).toISOString()
  io.write(
    `Signed out: ${whomText(subject, sessionId)} of ${printable(issuer)}.\n` +
      `Tokens that were issued until ${until} count no more. The store keeps that for ${tokenLifeSeconds / 3_600} hours (TOKEN_LIFE_HOURS), and the instances were told.\n`,
  )
  return true
}

function whomText(subject: string | undefined, sessionId: string | undefined): string {
  const user = subject === undefined ? '' : `the user ${printable(subject)}`
  if (sessionId === undefined) return `${user}, in all sessions`
  const session = `the session ${printable(sessionId)}`
  return subject === undefined ? session : `${session} of ${user}, and what has no session`
}

const NO_STORE = `There is no store (STORE_URL), so this command reaches no instance. Each knows for itself who is signed out:
either send it a logout token (BACKCHANNEL_LOGOUT_CLIENTS), which the authorization server does when it ends the user's sessions,
or block the user there, and wait until the user's tokens have expired. To end open sessions and streams at once, restart the server.
`
const NOT_REACHED =
  'The store (STORE_URL) cannot be had, and nobody is signed out. Run this again when it is back.\n'
