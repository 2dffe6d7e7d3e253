import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A way to a Redis that can vanish, as a host does that loses its power or its network. */
export interface RedisLink {
  /** Of a Unix socket. */
  readonly path: string
  /** Nothing arrives any more, and no connection is closed. Those that there are stay dead for ever. */
  vanish(): void
  /** Connections that are made from now on work. */
  comeBack(): void
}

/** Starts a way to the Unix socket of a Redis; it ends with the test. */
export async function startLink(to: string): Promise<RedisLink> {
  const path = `${to}.link`
  const open = new Set<Socket>()
  let isGone = false
  const server = createServer((client) => {
    open.add(client)
    client.on('error', () => undefined)
    if (isGone) return
    const redis = connect(to)
    open.add(redis)
    redis.on('error', () => undefined)
    client.pipe(redis)
    redis.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    path,
    vanish: () => {
      isGone = true
      for (const socket of open) socket.unpipe()
    },
    comeBack: () => {
      isGone = false
    },
  }
}
