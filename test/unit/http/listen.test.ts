import { createServer, type Server } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../../../src/http/listen.js'

/** A machine on which `fault` says what is wrong with an address, if anything is. */
function machine(fault: (address: string, attempt: number) => string | undefined) {
  const tried: string[] = []
  return {
    tried,
    createServer: (): Server => {
      const server = createServer()
      const real = server.listen.bind(server) as (
        port: number,
        host: string,
        done: () => void,
      ) => Server
      return Object.assign(server, {
        listen(port: number, host: string, done: () => void): Server {
          tried.push(host)
          const code = fault(host, tried.length)
          if (code === undefined) return real(port, host, done)
          queueMicrotask(() => server.emit('error', Object.assign(new Error(code), { code })))
          return server
        },
      })
    },
  }
}

const onLoopback = async (one: ReturnType<typeof machine>, port = 0) => {
  const listening = await listen({ host: 'localhost', port, createServer: one.createServer })
  onTestFinished(() => {
    for (const server of listening.servers) server.close()
  })
  return listening.servers.length
}

describe('listen at localhost', () => {
  test.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])(
    '[case 47] listen at localhost goes on without IPv6 where the machine has none (%s)',
    async (code) => {
      expect(await onLoopback(machine((host) => (host === '::1' ? code : undefined)))).toBe(1)
    },
  )

  test('[case 47] listen at localhost goes on without IPv4 where the machine has IPv6 alone', async () => {
    const one = machine((host) => (host === '127.0.0.1' ? 'EADDRNOTAVAIL' : undefined))
    expect(await onLoopback(one)).toBe(1)
  })

  test('[case 47] listen at localhost rejects where neither address is there', async () => {
    await expect(onLoopback(machine(() => 'EADDRNOTAVAIL'))).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    })
  })

  test('[case 47] listen at localhost takes another free port where the first is taken on the other address', async () => {
    const one = machine((host, attempt) =>
      attempt < 5 && host === '::1' ? 'EADDRINUSE' : undefined,
    )
    expect(await onLoopback(one)).toBe(2)
    expect(one.tried).toEqual(['127.0.0.1', '::1', '127.0.0.1', '::1', '127.0.0.1', '::1'])
  })

  test('[case 47] listen at localhost does not go on for ever where no port is free', async () => {
    await expect(onLoopback(machine(() => 'EADDRINUSE'))).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })
})
