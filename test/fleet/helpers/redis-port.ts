import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A port of this machine that leads to a Unix socket: settings name a host and a port. */
export async function portTo(path: string): Promise<number> {
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const redis = connect(path)
    for (const [one, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      open.add(one)
      one.on('error', () => undefined)
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
    client.pipe(redis)
    redis.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}
