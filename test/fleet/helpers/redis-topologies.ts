import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import { createSelfSignedCertificate } from '../../../apps/authorization-server/testing/self-signed-certificate.js'
import { NO_DISK, redisCli, startRedisProcess, type RedisProcess } from './redis-processes.js'

/** A Redis that speaks TLS alone, and whom it has to be trusted by. */
export async function startTlsRedis(): Promise<{ readonly port: number; readonly ca: string }> {
  const { key, cert } = await createSelfSignedCertificate()
  const { port } = await startRedisProcess('redis-server', (tlsPort, directory) => {
    writeFileSync(join(directory, 'key.pem'), key)
    writeFileSync(join(directory, 'cert.pem'), cert)
    return [
      ...['port 0', `tls-port ${tlsPort}`, 'tls-auth-clients no', ...NO_DISK],
      `tls-cert-file ${directory}/cert.pem`,
      `tls-key-file ${directory}/key.pem`,
      `tls-ca-cert-file ${directory}/cert.pem`,
    ]
  })
  return { port, ca: cert }
}

/** A server with a replica, and a sentinel that knows them as `main`. */
export interface Watched {
  readonly sentinelPort: number
  readonly password: string
  readonly sentinelPassword: string
  readonly main: RedisProcess
}

export async function startSentinel(): Promise<Watched> {
  const [password, sentinelPassword] = ['of-the-store', 'of-the-sentinels']
  const secured = [`requirepass ${password}`, `masterauth ${password}`, ...NO_DISK]
  const main = await startRedisProcess('redis-server', (port) => [`port ${port}`, ...secured])
  const replica = await startRedisProcess('redis-server', (port) => [
    `port ${port}`,
    `replicaof 127.0.0.1 ${main.port}`,
    ...secured,
  ])
  const auth = ['-a', password, '--no-auth-warning']
  await vi.waitUntil(
    async () =>
      (await redisCli('-p', `${replica.port}`, ...auth, 'info', 'replication')).includes(
        'master_link_status:up',
      ),
    { timeout: 60_000, interval: 200 },
  )
  const { port: sentinelPort } = await startRedisProcess('redis-sentinel', (port) => [
    `port ${port}`,
    `requirepass ${sentinelPassword}`,
    `sentinel monitor main 127.0.0.1 ${main.port} 1`,
    `sentinel auth-pass main ${password}`,
    'sentinel down-after-milliseconds main 1000',
    'sentinel failover-timeout main 5000',
  ])
  await vi.waitUntil(
    async () =>
      (
        await redisCli(
          ...['-p', `${sentinelPort}`, '-a', sentinelPassword, '--no-auth-warning'],
          ...['sentinel', 'replicas', 'main'],
        )
      ).includes(`${replica.port}`),
    { timeout: 60_000, interval: 200 },
  )
  return { sentinelPort, password, sentinelPassword, main }
}

/** The ports of a cluster of three masters. */
export async function startCluster(): Promise<readonly number[]> {
  const start = (): Promise<RedisProcess> =>
    startRedisProcess('redis-server', (port) => [
      ...[`port ${port}`, `cluster-port ${port + 10_000}`],
      ...['cluster-enabled yes', 'cluster-config-file nodes.conf', ...NO_DISK],
    ])
  const ports = (await Promise.all([start(), start(), start()])).map(({ port }) => port)
  await redisCli(
    ...['--cluster', 'create', ...ports.map((port) => `127.0.0.1:${port}`), '--cluster-yes'],
  )
  await vi.waitUntil(
    async () => {
      const states = ports.map((port) => redisCli('-p', `${port}`, 'cluster', 'info'))
      return (await Promise.all(states)).every((state) => state.includes('cluster_state:ok'))
    },
    { timeout: 60_000, interval: 200 },
  )
  return ports
}
