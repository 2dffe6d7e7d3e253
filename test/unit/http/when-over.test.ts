import { once } from 'node:events'
import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { whenOver } from '../../../src/http/when-over.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { deferred } from '../outcomes.js'

describe('what waits for the end of an answer', () => {
  test('what waits for the end of an answer runs once it is sent, each in its order', async () => {
    const ran: string[] = []
    const done = deferred()
    const server = await startHttpServer((_req, res) => {
      whenOver(res, () => ran.push('first'))
      whenOver(res, () => ran.push('second'))
      whenOver(res, () => {
        done.resolve()
      })
      res.end('sent')
      ran.push('answered')
    })
    await fetch(server.origin)
    await done.promise
    expect(ran).toEqual(['answered', 'first', 'second'])
    await server.close()
  })

  test('what waits for the end of an answer runs when the client goes away', async () => {
    const gone = deferred()
    const reached = deferred()
    const server = await startHttpServer((_req, res) => {
      whenOver(res, () => {
        gone.resolve()
      })
      reached.resolve()
    })
    const call = request(server.origin)
    call.on('error', () => undefined)
    call.end()
    await reached.promise
    call.destroy()
    await gone.promise
    await server.close()
  })

  test('what waits for the end of an answer that is over already runs at once', async () => {
    const ran = deferred<string[]>()
    const server = await startHttpServer((_req, res) => {
      res.end()
      void once(res, 'close').then(() => {
        const order: string[] = []
        whenOver(res, () => order.push('over'))
        order.push('after')
        ran.resolve(order)
      })
    })
    await fetch(server.origin)
    expect(await ran.promise).toEqual(['over', 'after'])
    await server.close()
  })
})
