import assert from 'node:assert/strict'
import { z } from 'zod'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { assertGreets } from './assert-greets.js'
import { check } from './check.js'
import { containersOf, docker, type Container } from './docker.js'

/**
 * Looks at compose/fleet/ while it is up: the real flow through the balancer, that both instances answer and share the store, and
 * that calls go on when one of them ends. Stops an instance and starts it again.
 *
 * `COMPOSE_PROJECT_NAME` names the compose project, and `PORT` the port of the balancer. Exit code 1 for the first thing that is
 * not as it should be.
 */

const { PORT, COMPOSE_PROJECT_NAME: project } = z
  .looseObject({ PORT: z.string().default('3001'), COMPOSE_PROJECT_NAME: z.string().min(1) })
  .parse(process.env)
const ENDPOINT = new URL(`http://localhost:${PORT}/mcp`)
const SERVICES = ['api', 'authorization-server', 'balancer', 'first', 'second', 'store']
const INSTANCES = ['first', 'second']
const CALLS = 6

const containers = await containersOf(project)

await check('there are six services, and each is healthy and confined', () => {
  assert.deepEqual([...containers.keys()].sort(), SERVICES)
  for (const container of containers.values()) {
    assert.equal(container.health, 'healthy', container.service)
    assert.equal(container.readOnly, true)
    assert.deepEqual(container.capDrop, ['ALL'])
    assert.deepEqual(container.securityOptions, ['no-new-privileges:true'])
  }
})

await check('neither the store nor an instance is published', () => {
  const published = ['store', ...INSTANCES].flatMap((name) => found(name).published)
  assert.deepEqual(published, [])
})

await check('alice is greeted through the balancer, by both instances', async () => {
  const session = await connectAs({ endpoint: ENDPOINT, username: 'alice' })
  for (let call = 0; call < CALLS; call += 1) await assertGreets(session)
  await session.close()
  for (const name of INSTANCES) assert.match(await docker('logs', found(name).id), /"tool":"greet"/)
})

await check('both instances have the store, and a token of alice lies in it', async () => {
  for (const name of INSTANCES) {
    assert.match(await docker('logs', found(name).id), /"event":"store_available"/)
  }
  const script =
    'REDISCLI_AUTH="$(cat /run/secrets/store-password)" redis-cli --scan --pattern "mcp-obo:t:*"'
  assert.match(await docker('exec', found('store').id, 'sh', '-c', script), /^mcp-obo:t:/m)
})

await check('calls go on while an instance ends, and when it is back', async () => {
  const session = await connectAs({ endpoint: ENDPOINT, username: 'alice' })
  const { id } = found('first')
  const stopped = docker('stop', '--time', '12', id)
  for (let call = 0; call < CALLS; call += 1) await assertGreets(session)
  await stopped
  await assertGreets(session)
  await docker('start', id)
  for (let call = 0; call < CALLS; call += 1) await assertGreets(session)
  await session.close()
})

function found(service: string): Container {
  const container = containers.get(service)
  assert.ok(container, `${service} is missing`)
  return container
}
