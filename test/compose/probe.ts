import assert from 'node:assert/strict'
import { z } from 'zod'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { assertGreets } from './assert-greets.js'
import { check } from './check.js'
import { containersOf, docker, type Container } from './docker.js'

/**
 * Looks at the development set-up of docker-compose.yml while it is up: both users through the real flow, how the
 * containers are confined, what is in the production images, and how they end. Stops the services and starts them again.
 *
 * `COMPOSE_PROJECT_NAME` names the compose project; `PORT`, `DEV_API_PORT` and `DEV_AUTHORIZATION_SERVER_PORT` the ports. Exit code 1 for the first thing that is not as it should be.
 */

const { PORT, DEV_API_PORT, DEV_AUTHORIZATION_SERVER_PORT } = z
  .looseObject({
    PORT: z.string().default('3001'),
    DEV_API_PORT: z.string().default('8787'),
    DEV_AUTHORIZATION_SERVER_PORT: z.string().default('9000'),
  })
  .parse(process.env)
const ENDPOINT = new URL(`http://localhost:${PORT}/mcp`)
const ISSUER = `http://localhost:${DEV_AUTHORIZATION_SERVER_PORT}/`
const SERVICES = ['api', 'authorization-server', 'mcp-server']
const MEGABYTE = 1_000_000
/** What `docker stop` leaves them, well below the stop_grace_period of the compose files. */
const DRAIN_SECONDS = 12

const project = z.string().min(1).parse(process.env['COMPOSE_PROJECT_NAME'])

await check('the 401 leads to the authorization server', async () => {
  const response = await fetch(ENDPOINT, { method: 'POST' })
  assert.equal(response.status, 401)
  const challenge = response.headers.get('www-authenticate') ?? ''
  const [, metadataUrl = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
  const metadata = (await (await fetch(metadataUrl)).json()) as Record<string, unknown>
  assert.equal(metadata['resource'], ENDPOINT.href)
  assert.deepEqual(metadata['authorization_servers'], [ISSUER])
})

await check('alice is greeted with what the API says to alice', async () => {
  const session = await connectAs({ endpoint: ENDPOINT, username: 'alice' })
  await assertGreets(session)
  await session.close()
})

await check('alice calls an operation of the OpenAPI document that the API serves', async () => {
  const session = await connectAs({ endpoint: ENDPOINT, username: 'alice' })
  const { isError, content } = await session.client.callTool({
    name: 'listTrips',
    arguments: { limit: 1 },
  })
  assert.notEqual(isError, true)
  assert.match(JSON.stringify(content), /trip-1/)
  await session.close()
})

await check('bob is refused', async () => {
  const session = await connectAs({ endpoint: ENDPOINT, username: 'bob' })
  const { tools } = await session.client.listTools()
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['getBooking', 'getTrip', 'get_datetime', 'listBookings', 'listPlaces', 'listTrips', 'whoami'],
  )
  await assert.rejects(session.client.callTool({ name: 'greet', arguments: {} }))
  await session.close()
})

const containers = await containersOf(project)

await check('there are three services, and each is healthy and confined', () => {
  assert.deepEqual([...containers.keys()].sort(), SERVICES)
  for (const container of containers.values()) assertConfined(container)
})

await check('all ports are published on loopback', () => {
  const published = [...containers.values()].flatMap((container) => container.published)
  const ports = [PORT, DEV_API_PORT, DEV_AUTHORIZATION_SERVER_PORT]
  assert.deepEqual(published.sort(), ports.map((port) => `127.0.0.1:${port}`).sort())
})

await check('nobody is root, and nothing can be written', async () => {
  for (const { id } of containers.values()) {
    assert.equal(await evaluate(id, 'process.getuid()'), '1000')
    const write = "try { fs.writeFileSync('/app/x', ''); 'written' } catch (e) { e.code }"
    assert.equal(await evaluate(id, write), 'EROFS')
  }
})

await check('the production images hold nothing of development', async () => {
  for (const service of ['api', 'mcp-server']) {
    const { id, image } = found(service)
    const present = ['node_modules/oidc-provider', 'node_modules/tsx', 'node_modules/typescript']
      .concat(['apps/authorization-server', '.env', '/usr/local/bin/npm'])
      .map((path) => JSON.stringify(path))
    const script = `[${present.join()}].filter((path) => fs.existsSync(path)).join()`
    assert.equal(await evaluate(id, script), '')
    const size = Number(await docker('image', 'inspect', '--format', '{{.Size}}', image))
    process.stdout.write(`       ${service}: ${(size / MEGABYTE).toFixed(1)} MB\n`)
    assert.ok(size < 250 * MEGABYTE)
  }
  const size = await docker(
    'image',
    'inspect',
    '-f',
    '{{.Size}}',
    found('authorization-server').image,
  )
  process.stdout.write(`       authorization-server: ${(Number(size) / MEGABYTE).toFixed(1)} MB\n`)
})

await check('SIGTERM ends each with exit code 0, in time', async () => {
  for (const service of ['mcp-server', 'api', 'authorization-server']) {
    const started = performance.now()
    await docker('stop', '--time', `${DRAIN_SECONDS}`, found(service).id)
    const seconds = (performance.now() - started) / 1000
    const { running, exitCode } = (await containersOf(project)).get(service) ?? found(service)
    process.stdout.write(`       ${service}: exit code ${exitCode} after ${seconds.toFixed(1)} s\n`)
    assert.deepEqual({ running, exitCode }, { running: false, exitCode: 0 })
  }
  // As it was found.
  for (const service of ['authorization-server', 'api', 'mcp-server']) {
    await docker('start', found(service).id)
  }
})

function assertConfined(container: Container): void {
  assert.equal(container.health, 'healthy')
  assert.equal(container.user, 'node')
  assert.equal(container.readOnly, true)
  assert.deepEqual(container.capDrop, ['ALL'])
  assert.deepEqual(container.securityOptions, ['no-new-privileges:true'])
  assert.ok(container.memoryBytes > 0)
  assert.ok(container.pidsLimit > 0)
}

function found(service: string): Container {
  const container = containers.get(service)
  assert.ok(container, `${service} is missing`)
  return container
}

function evaluate(id: string, expression: string): Promise<string> {
  return docker('exec', id, 'node', '-p', expression)
}
