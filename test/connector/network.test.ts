import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { expect, test } from 'vitest'
import type { Timers } from '../../src/time/clock.js'
import { closeWithTest } from '../helpers/close-with-test.js'
import { deadOrigin } from '../helpers/start-http-server.js'
import { examine } from './examine.js'
import { pathOf, RESOURCE_METADATA, SERVER_METADATA, startWorld, type Route } from './world.js'

interface TlsServer {
  readonly endpoint: string
  /** Options that trust its certificate. */
  readonly trusting: readonly string[]
}

const DAY_MS = 24 * 60 * 60 * 1_000

/** An https server at localhost that answers 401, with a certificate of its own authority. */
async function startTls({
  name,
  days,
}: {
  readonly name: string
  readonly days: number
}): Promise<TlsServer> {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...{ keyType: 'ec', algorithm: 'sha256' },
    notBeforeDate: new Date(Date.now() - 30 * DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  })
  const server = createServer({ key: made.private, cert: made.cert }, (req, res) => {
    res.writeHead(pathOf(req) === '/mcp' ? 401 : 404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folder = await mkdtemp(join(tmpdir(), 'connector-'))
  const file = join(folder, 'ca.pem')
  await writeFile(file, made.cert)
  closeWithTest(async () => {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true, force: true })
  })
  const { port } = server.address() as AddressInfo
  return { endpoint: `https://localhost:${port}/mcp`, trusting: ['--ca-file', file] }
}

test('an expired certificate is named', async () => {
  const { endpoint, trusting } = await startTls({ name: 'localhost', days: -1 })
  const { report, exitCode } = await examine(endpoint, trusting)
  expect(report.problems.map(({ id }) => id)).toEqual(['certificate.expired'])
  expect(exitCode).toBe(3)
})

test('a certificate for another host is named', async () => {
  const { endpoint, trusting } = await startTls({ name: 'other.example.com', days: 30 })
  const { report } = await examine(endpoint, trusting)
  expect(report.problems.map(({ id }) => id)).toEqual(['certificate.wrong_host'])
})

test('a certificate of an authority that nobody knows is named', async () => {
  const { endpoint } = await startTls({ name: 'localhost', days: 30 })
  const { report } = await examine(endpoint)
  expect(report.problems.map(({ id }) => id)).toEqual(['certificate.untrusted'])
})

test('an authority of --ca-file is trusted', async () => {
  const { endpoint, trusting } = await startTls({ name: 'localhost', days: 30 })
  const { report } = await examine(endpoint, trusting)
  const ids = report.problems.map(({ id }) => id)
  expect(ids.filter((id) => id.startsWith('certificate.'))).toEqual([])
  expect(ids).toContain('metadata.not_found')
})

test('a port at which nothing listens is named', async () => {
  const { report, failing } = await examine(`${await deadOrigin()}/mcp`)
  expect(report.problems.map(({ id }) => id)).toEqual(['network.refused'])
  expect(failing).toHaveLength(11)
})

/** Timers that run out when told so. */
function manualTimers(): Timers & { readonly runOut: () => void } {
  const waiting = new Set<() => void>()
  return {
    after: (delayMs, run) => {
      // That of the whole walk goes on.
      if (delayMs <= 10_000) waiting.add(run)
      return { cancel: () => void waiting.delete(run) }
    },
    runOut: () => {
      for (const run of [...waiting]) run()
    },
  }
}

test('a server that does not answer in time is named', async () => {
  const timers = manualTimers()
  const { endpoint } = await startWorld({
    mcp: () => {
      timers.runOut()
      return true
    },
  })
  const { report } = await examine(endpoint, [], { timers })
  expect(report.problems.map(({ id }) => id)).toEqual(['network.no_answer'])
})

/** Lets the time run out as soon as the client has the headers of an answer from this path. */
function runOutAt(path: string, timers: ReturnType<typeof manualTimers>): void {
  const onHeaders = (message: unknown): void => {
    const { request } = message as { readonly request: { readonly path: string } }
    if (request.path === path) setImmediate(timers.runOut)
  }
  subscribe('undici:request:headers', onHeaders)
  closeWithTest(() => {
    unsubscribe('undici:request:headers', onHeaders)
    return Promise.resolve()
  })
}

const endless =
  (path: string, status: number): Route =>
  (req, res, { mcp }) => {
    if (pathOf(req) !== path) return false
    const named = `${mcp}${RESOURCE_METADATA}`
    res.writeHead(status, { 'www-authenticate': `Bearer resource_metadata="${named}"` })
    res.write('{')
    return true
  }

test('a 401 whose body does not end stops clients that read it first, and no others', async () => {
  const timers = manualTimers()
  runOutAt('/mcp', timers)
  const { endpoint } = await startWorld({ mcp: endless('/mcp', 401) })
  const { report, failing } = await examine(endpoint, [], { timers })
  expect(report.problems.map(({ id }) => id)).toEqual(['challenge.body_unfinished'])
  expect(failing).toEqual(['sdk-v1'])
})

test('metadata that does not end is named', async () => {
  const timers = manualTimers()
  runOutAt(RESOURCE_METADATA, timers)
  const { endpoint } = await startWorld({ mcp: endless(RESOURCE_METADATA, 200) })
  const { report } = await examine(endpoint, [], { timers })
  expect(report.problems.map(({ id }) => id)).toEqual(['metadata.unfinished'])
})

test('metadata of the authorization server that does not end is named', async () => {
  const timers = manualTimers()
  runOutAt(SERVER_METADATA, timers)
  const { endpoint } = await startWorld({ issuer: endless(SERVER_METADATA, 200) })
  const { report } = await examine(endpoint, [], { timers })
  expect(report.problems.map(({ id }) => id)).toEqual(['server_metadata.unfinished'])
})
