import { readFile } from 'node:fs/promises'
import type { Timers } from '../../../src/time/clock.js'
import type { GuardedIo } from '../../guarded-output.js'
import { UsageError } from '../../usage-error.js'
import { notCheckable, type Finding } from '../finding.js'
import { acceptNotes } from './journey/accept-notes.js'
import { connectAs, type ClientReport } from './journey/connect.js'
import type { Walk } from './journey/course.js'
import type { ConnectorOptions } from './options.js'
import { profilesOf } from './profiles/client-profiles.js'
import { exitCodeOf, problemReports, type ConnectorReport } from './report/connector-report.js'
import { reportJson } from './report/report-json.js'
import { reportText } from './report/report-text.js'
import type { SignedIn } from './signed-in/go-on-signed-in.js'
import { createHostAddresses, systemResolve, type HostAddresses } from './walk/host-addresses.js'
import { createPinnedFetch } from './walk/pinned-fetch.js'
import { createRegistrar } from './walk/registrar.js'
import { createVisitor } from './walk/visitor.js'

const MAX_REQUESTS = 120
const MAX_BYTES = 1024 * 1024
const MAX_WALK_MS = 5 * 60_000

/** Says which clients connect to an MCP server of anybody. Resolves with the exit code. */
export async function examineConnector(options: ConnectorOptions, io: GuardedIo): Promise<number> {
  const authorities = await Promise.all(options.caFiles.map(readAuthority))
  const addresses = createHostAddresses(options.endpoint, systemResolve)
  const connections = createPinnedFetch(addresses, authorities)
  try {
    const report = await walkOnce(options, { io, addresses, fetch: connections.fetch })
    io.write(
      options.json ? `${JSON.stringify(reportJson(report), undefined, 2)}\n` : reportText(report),
    )
    return exitCodeOf(report)
  } finally {
    await connections.close()
  }
}

export interface WalkMeans {
  readonly io: GuardedIo
  readonly addresses: HostAddresses
  readonly fetch: typeof globalThis.fetch
}

/** Goes the way of every chosen client. */
export async function walkOnce(
  options: ConnectorOptions,
  { io, addresses, fetch }: WalkMeans,
): Promise<ConnectorReport> {
  const { endpoint, timeoutMs } = options
  const { deadline, cancel } = deadlineAfter(MAX_WALK_MS, io.timers)
  const visitor = createVisitor({
    ...{ fetch, addresses, timeoutMs, timers: io.timers, deadline },
    ...{ maxRequests: MAX_REQUESTS, maxBytes: MAX_BYTES },
  })
  const registrar = options.registers ? createRegistrar(fetch, io.keep) : undefined
  const walk: Walk = { ...options, visitor, registrar }
  const clients: ClientReport[] = []
  try {
    for (const profile of profilesOf(options.clients, options)) {
      clients.push(await connectAs(profile, walk))
    }
    const problems = problemReports(clients, await acceptNotes(walk))
    const left = (await registrar?.removeAll()) ?? []
    const notTried = await limitsOf(options, { clients, addresses })
    const signedIn = await signedInOf(clients, { ...options, visitor, fetch, io })
    return { endpoint, clients, problems, notTried, left, signedIn, visits: visitor.visits() }
  } finally {
    cancel()
  }
}

async function signedInOf(
  clients: readonly ClientReport[],
  { signIn, ...way }: Omit<SignedIn, 'resource' | 'options'> & Pick<ConnectorOptions, 'signIn'>,
): Promise<readonly Finding[]> {
  const resource = clients.find((client) => client.resource !== undefined)?.resource
  if (signIn === undefined) return []
  if (resource === undefined) {
    const message = 'Nobody can sign in: no client gets as far as the sign-in page.'
    return [notCheckable('sign_in', message)]
  }
  const { goOnSignedIn } = await import('./signed-in/go-on-signed-in.js')
  return goOnSignedIn({ ...way, resource, options: signIn })
}

function deadlineAfter(
  delayMs: number,
  timers: Timers,
): { readonly deadline: AbortSignal; readonly cancel: () => void } {
  const controller = new AbortController()
  const timer = timers.after(delayMs, () => {
    controller.abort(new DOMException('the walk takes too long', 'TimeoutError'))
  })
  return {
    deadline: controller.signal,
    cancel: () => {
      timer.cancel()
    },
  }
}

async function readAuthority(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw new UsageError('--ca-file names a file that cannot be read.')
  }
}

async function limitsOf(
  options: ConnectorOptions,
  {
    clients,
    addresses,
  }: { readonly clients: readonly ClientReport[]; readonly addresses: HostAddresses },
): Promise<readonly string[]> {
  const connecting = clients.filter(
    ({ verdict }) => verdict === 'connects' || verdict === 'limited',
  )
  const kind = await addresses.kind().catch(() => 'public' as const)
  const isHosted = clients.some(({ profile }) => profile.hosted)
  return [
    ...(connecting.length > 0 && !options.registers && options.clientId === undefined
      ? [
          'registration, and the sign-in page for a registered client (--register, or --client-id ID).',
        ]
      : []),
    ...(connecting.length > 0 && options.signIn === undefined
      ? ['signing in, and the tools behind it.']
      : []),
    ...(isHosted && kind !== 'public'
      ? ['hosted clients do not reach this address. They are judged as if they did.']
      : []),
  ]
}
