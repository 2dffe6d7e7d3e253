import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../../cli/doctor/run.js'
import { recordingIo } from '../helpers/command-io.js'
import { ManualClock } from '../helpers/exchange-clock.js'
import { runProgram } from '../helpers/run-program.js'
import { useDeployments } from './doctor-support.js'
import { diagnoseSignedIn, person } from './sign-in-support.js'

const start = useDeployments()

/** The authorization server without client ID metadata documents. */
const registersOnly: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  const { pathname } = new URL(input instanceof Request ? input.url : input)
  if (!pathname.startsWith('/.well-known/o')) return response
  const document = (await response.json()) as Readonly<Record<string, unknown>>
  return Response.json(
    pathname.includes('protected-resource')
      ? document
      : { ...document, client_id_metadata_document_supported: undefined },
  )
}

describe('doctor --sign-in at the development authorization server', () => {
  test('a person signs in with a client metadata document, and the whole chain is checked as that person', async () => {
    const one = await start()
    const { code, complete, named, hops, findings } = await diagnoseSignedIn(one.directory, {
      openBrowser: person('alice'),
    })
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
    expect([code, complete]).toEqual([0, true])
    expect(named('sign_in.client')?.message).toMatch(
      /^The client is a metadata document, http:\/\/127\.0\.0\.1:\d+\/.+\.json\.$/,
    )
    expect(named('sign_in.client_removal')).toBeUndefined()
    expect(named('token.inbound')?.message).toContain('auth0|alice')
    expect(hops).toMatchObject([
      { aud: one.urls.mcp, sub: 'auth0|alice', scope: 'tool:whoami tool:greet', actors: [] },
      { aud: one.urls.api, sub: 'auth0|alice', scope: 'read:private' },
    ])
    expect(hops.map(({ exp }) => typeof exp)).toEqual(['number', 'number'])
  })

  test('what a person reads has the address to sign in at, and both tokens side by side by their claims', async () => {
    const one = await start()
    const io = recordingIo({ directory: one.directory, openBrowser: person('alice') })
    expect(await run(['--sign-in'], io)).toBe(0)
    expect(io.output()).toMatch(/\n {2}http:\/\/localhost:\d+\/authorize\?\S+\n/)
    expect(io.stdout()).not.toContain('/authorize?')
    expect(io.output()).toMatch(
      / {2}audience {5}http:\S+ +http:\S+\n {2}subject {6}auth0\|alice +auth0\|alice\n/,
    )
    expect(io.output()).toMatch(/ {2}expires {6}\d{4}-\d\d-\d\dT\S+Z +\d{4}-\d\d-\d\dT\S+Z\n/)
    expect(io.output()).toMatch(/Nothing is wrong\.\n$/)
  })

  test('the doctor registers where documents are not taken, and says that the client stays', async () => {
    const one = await start()
    const { code, named } = await diagnoseSignedIn(one.directory, {
      openBrowser: person('alice'),
      fetch: registersOnly,
    })
    expect(code).toBe(0)
    expect(named('sign_in.client')?.message).toMatch(/registered as the client tpc_/)
    expect(named('sign_in.client_removal')).toMatchObject({ verdict: 'ok' })
    expect(named('sign_in.client_removal')?.message).toMatch(/^The client tpc_\S+ stays registered/)
    expect(named('sign_in.client_removal')?.hint).toContain('Delete it')
  })

  test('a client that is given is the one that signs in, at a callback that is given too', async () => {
    const one = await start()
    const { code, hops } = await diagnoseSignedIn(
      one.directory,
      { openBrowser: person('alice') },
      ...['--client-id', 'curl', '--redirect-uri', 'http://localhost/callback'],
    )
    expect(code).toBe(0)
    expect(hops[0]).toMatchObject({ client_id: 'curl' })
  })

  test('--scope asks for these scopes alone', async () => {
    const one = await start()
    const { hops, named } = await diagnoseSignedIn(
      one.directory,
      { openBrowser: person('alice') },
      ...['--scope', 'tool:whoami'],
    )
    expect(hops[0]).toMatchObject({ scope: 'tool:whoami' })
    expect(named('token.tools')?.message).toBe('With this token: get_datetime, whoami.')
  })

  test('a person who declines is no fault of the deployment', async () => {
    const one = await start()
    const { code, named, notChecked } = await diagnoseSignedIn(one.directory, {
      openBrowser: person('alice', 'deny'),
    })
    expect(code).toBe(0)
    expect(named('sign_in.answer')).toMatchObject({ verdict: 'not_checkable' })
    expect(named('sign_in.answer')?.message).toContain('access_denied')
    expect(notChecked).toEqual(['sign_in.answer', 'exchange', 'api.call'])
  })

  test('nobody who comes is waited for no longer than --timeout-seconds', async () => {
    const one = await start()
    const time = new ManualClock()
    const waitingBefore: number[] = []
    const { code, named } = await diagnoseSignedIn(
      one.directory,
      {
        timers: time.timers,
        openBrowser: async () => {
          await time.advance(41_999)
          waitingBefore.push(time.pending)
          await time.advance(1)
        },
      },
      ...['--timeout-seconds', '42'],
    )
    expect([code, waitingBefore]).toEqual([0, [1]])
    expect(named('sign_in.answer')).toMatchObject({ verdict: 'not_checkable' })
    expect(named('sign_in.answer')?.message).toContain('within 42 s')
    expect(named('sign_in.answer')?.hint).toContain('--client-id')
  })

  test('a server that does not run leaves the sign-in open, and opens no browser', async () => {
    const one = await start({ down: ['mcp'] })
    const { code, named } = await diagnoseSignedIn(one.directory, {
      openBrowser: () => Promise.reject(new Error('opened')),
    })
    expect(code).toBe(0)
    expect(named('sign_in')).toMatchObject({ verdict: 'not_checkable' })
    expect(named('sign_in')?.hint).toContain('Start the server')
    expect(named('exchange')?.message).toContain('Nobody is signed in')
  })

  test('as a program of its own it shows the address, waits for the person, and ends by itself', async () => {
    const one = await start()
    const root = resolve(import.meta.dirname, '../..')
    const tsx = createRequire(import.meta.url).resolve('tsx')
    const program = [...['--import', tsx, join(root, 'cli/main.ts')], 'doctor', '--sign-in']
    const signedIn: Promise<void>[] = []
    const { exitCode, lines } = await runProgram(process.execPath, {
      arguments: [...program, '--no-browser'],
      ...{ cwd: one.directory, timeoutMs: 150_000 },
      onLine: (line) => {
        const url = /^ {2}(http:\S+\/authorize\?\S+)$/.exec(line)?.[1]
        if (url !== undefined) signedIn.push(person('alice')(new URL(url)))
      },
    })
    await Promise.all(signedIn)
    expect(signedIn).toHaveLength(1)
    expect([exitCode, lines.at(-1)]).toEqual([0, 'Nothing is wrong.'])
  })

  test('a browser that does not open is no matter: the address is there', async () => {
    const one = await start()
    const io = recordingIo({
      directory: one.directory,
      openBrowser: (url) => {
        void person('alice')(url)
        return Promise.reject(new Error('no browser'))
      },
    })
    expect(await run(['--sign-in'], io)).toBe(0)
    expect(io.output()).toContain('No browser could be opened.')
  })
})
