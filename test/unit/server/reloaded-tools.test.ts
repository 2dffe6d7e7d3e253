import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DocumentSource } from '../../../src/server/document-source.js'
import { toolsOfDocument } from '../../../src/server/document-tools.js'
import { ReloadedTools } from '../../../src/server/reloaded-tools.js'
import type { Timers } from '../../../src/time/clock.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { documentOf, TRIPS } from '../../e2e/tools-reload/reload-server.js'

/** Timers that a test runs, one after the other. */
class StepTimers implements Timers {
  readonly delays: number[] = []
  #next: (() => void) | undefined
  #planned: (() => void) | undefined

  after(delayMs: number, run: () => void) {
    this.delays.push(delayMs)
    this.#next = run
    this.#planned?.()
    return {
      cancel: () => {
        this.#next = undefined
      },
    }
  }

  /** Runs what waits, until the next look is planned. */
  async step(): Promise<void> {
    const planned = new Promise<void>((resolve) => {
      this.#planned = resolve
    })
    this.#next?.()
    await planned
  }
}

async function watched() {
  const directory = mkdtempSync(join(tmpdir(), 'watched-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true })
  })
  const document = join(directory, 'openapi.json')
  writeFileSync(document, documentOf(TRIPS))
  const openapi = {
    document,
    documentName: 'openapi.json',
    curation: undefined,
    toolPrefix: undefined,
    reloadSeconds: 60,
  }
  const api = { baseUrl: undefined, openapi, names: { api: 'OPENAPI_DOCUMENT' } as never }
  const sources = new Map([['api', new DocumentSource(openapi, { fetch })]])
  const making = { fetch, reservedNames: [], sources }
  const timers = new StepTimers()
  const log = new RecordingLog()
  const taken: string[][] = []
  const reloaded = new ReloadedTools({
    ...{ apis: { api }, sources, making, log, timers },
    documents: [await toolsOfDocument('api', api, making)],
    replace: (documents) => {
      taken.push(documents.flatMap(({ tools }) => tools.map(({ name }) => name)))
      return Promise.resolve()
    },
  })
  reloaded.start()
  const put = (text: string): void => {
    writeFileSync(document, text)
  }
  return { reloaded, timers, log, taken, put }
}

test('A file counts once it is the same at two looks, of which the second comes soon', async () => {
  const { timers, taken, put } = await watched()
  put(documentOf({ 'get /trips list_trips': ['read'] }))
  await timers.step()
  put(documentOf({ 'get /trips all_trips': ['read'] }))
  await timers.step()
  expect(taken).toEqual([])
  await timers.step()
  expect(taken).toEqual([['all_trips']])
  expect(timers.delays).toEqual([60_000, 2_000, 2_000, 60_000])
})

test('A broken document is told once, however often it is looked at, and again when somebody asks', async () => {
  const { reloaded, timers, log, put } = await watched()
  put('{')
  for (let look = 0; look < 5; look += 1) await timers.step()
  expect(log.named('openapi_reload_failed')).toHaveLength(1)
  await reloaded.reload()
  expect(log.named('openapi_reload_failed')).toHaveLength(2)
  put(documentOf(TRIPS))
  await timers.step()
  expect(log.named('openapi_reload_recovered')).toHaveLength(1)
})

test('Nothing is looked at any more once it is closed', async () => {
  const { reloaded, taken, put } = await watched()
  reloaded.close()
  put(documentOf({ 'get /trips all_trips': ['read'] }))
  expect(await reloaded.reload()).toEqual({ changed: false, faults: [] })
  expect(taken).toEqual([])
})
