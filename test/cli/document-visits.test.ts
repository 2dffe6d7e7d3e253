import { expect, test } from 'vitest'
import { visitingFetch, type DocumentVisit } from '../../cli/doctor/document-visits.js'

const SERVER_MS = Date.parse('2026-01-01T00:00:10Z')

/** What is known of the server's clock after a request that began and ended at these times of ours. */
async function skewOf(beforeMs: number, afterMs: number): Promise<DocumentVisit['skew']> {
  const times = [beforeMs, afterMs]
  const visits: DocumentVisit[] = []
  const fetch = visitingFetch(
    () =>
      Promise.resolve(new Response('{}', { headers: { date: new Date(SERVER_MS).toUTCString() } })),
    () => times.shift() ?? afterMs,
    visits,
  )
  await fetch('https://login.example.com/')
  return visits[0]?.skew
}

test('an answer that takes a minute says no more of a clock than that it is within this minute', async () => {
  expect(await skewOf(SERVER_MS - 50_000, SERVER_MS + 10_000)).toEqual({
    leastMs: -10_000,
    mostMs: 51_000,
  })
})

test('a clock that is two minutes ahead shows all the same', async () => {
  expect(await skewOf(SERVER_MS + 120_000, SERVER_MS + 121_000)).toEqual({
    leastMs: -121_000,
    mostMs: -119_000,
  })
})
