import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline/promises'
import { z } from 'zod'
import { loadDirectory } from '../../apps/authorization-server/directory.js'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { run } from '../helpers/run.js'
import { assertGreets } from './assert-greets.js'
import { check } from './check.js'
import { containersOf, docker } from './docker.js'

/**
 * Looks at what docker-compose.yml runs with something configured, while it is up with the profile `api` and the
 * settings of {@link SETTINGS}: no development server, the real flow, and what half a configuration comes to.
 *
 * Stands in for the tenant with the development authorization server, in a container that is no part of the
 * project. `COMPOSE_PROJECT_NAME` names the compose project. Exit code 1 for the first thing that is wrong.
 */

const ENDPOINT = new URL('http://localhost:3001/mcp')
const ISSUER_PORT = 9000
const SETTINGS = ['ISSUER_BASE_URL', 'AUTH0_AUDIENCE', 'MCP_AUTH0_CLIENT_ID', 'API_BASE_URL']

const variables = z
  .looseObject({ COMPOSE_PROJECT_NAME: z.string().min(1), UPCHECK_COMPOSE: z.string().optional() })
  .parse(process.env)
const project = variables.COMPOSE_PROJECT_NAME
const compose = (variables.UPCHECK_COMPOSE ?? `docker compose -p ${project}`).split(' ')

const containers = await containersOf(project)
const server = containers.get('mcp-server')
assert.ok(server, 'mcp-server is missing')

await check('the MCP server and the API run, and no development server', () => {
  assert.deepEqual([...containers.keys()].sort(), ['api', 'mcp-server'])
  assert.deepEqual(
    [...containers.values()].flatMap(({ published }) => published),
    ['127.0.0.1:3001'],
  )
  for (const key of SETTINGS) {
    assert.ok(server.environment.includes(`${key}=${process.env[key] ?? ''}`), key)
  }
})

await check('alice is greeted with what the API says to alice', async () => {
  const image = `${project}-stand-in`
  await docker('build', '-q', '--target', 'authorization-server', '-t', image, '.')
  const issuer = ['-e', `ISSUER=http://localhost:${ISSUER_PORT}/`]
  const network = ['--network', `container:${server.id}`]
  const standIn = await docker('run', '-d', '--rm', ...network, ...issuer, image)
  try {
    await says(standIn, 'listening on')
    const forwarder = await forward(ISSUER_PORT, await addressOf(server.id))
    try {
      const session = await connectAs({ endpoint: ENDPOINT, username: 'alice' })
      await assertGreets(session)
      await session.close()
    } finally {
      forwarder.close()
    }
  } finally {
    await docker('rm', '-f', standIn)
    await docker('image', 'rm', '-f', image)
  }
})

await check(
  'half a configuration ends with every fault named, and starts nothing else',
  async () => {
    const { PATH, HOME, DOCKER_CONFIG, DOCKER_HOST } = process.env
    const [program = '', ...argv] = compose.concat('run', '--rm', '-T', 'mcp-server')
    const { code, stdout, stderr } = await run(program, argv, {
      cwd: process.cwd(),
      env: { PATH, HOME, DOCKER_CONFIG, DOCKER_HOST, AUTH0_DOMAIN: 'example.eu.auth0.com' },
    })
    assert.equal(code, 1)
    const said = `${stdout}${stderr}`
    for (const key of [
      ...['AUTH0_AUDIENCE', 'MCP_AUTH0_CLIENT_ID', 'MCP_AUTH0_CLIENT_SECRET'],
      ...['API_AUTH0_AUDIENCE', 'API_BASE_URL'],
    ]) {
      assert.match(said, new RegExp(`${key}: is missing`))
    }
    const secrets = loadDirectory().clients.flatMap(({ client_secret }) => client_secret ?? [])
    for (const secret of secrets) assert.ok(!said.includes(secret))
    assert.deepEqual([...(await containersOf(project)).keys()].sort(), ['api', 'mcp-server'])
  },
)

async function addressOf(id: string): Promise<string> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
  return docker('inspect', '--format', format, id)
}

/** Lets this machine reach a port of a container that is not published, under the same number. */
async function forward(port: number, host: string): Promise<{ close(): void }> {
  const sockets = new Set<Socket>()
  const forwarder = createServer((near) => {
    const far = connect(port, host)
    const both = [near, far]
    const cut = (): void => {
      for (const socket of both) socket.destroy()
    }
    for (const socket of both) {
      sockets.add(socket)
      socket.once('error', cut).once('close', cut)
    }
    near.pipe(far).pipe(near)
  }).listen(port, '127.0.0.1')
  await once(forwarder, 'listening')
  return {
    close() {
      forwarder.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Resolves once a container has written a text to its log; rejects when the log ends before. */
async function says(id: string, text: string): Promise<void> {
  const log = spawn('docker', ['logs', '--follow', id], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    for await (const line of createInterface({ input: log.stdout })) {
      if (line.includes(text)) return
    }
    throw new Error(`the stand-in ended before it said ${JSON.stringify(text)}`)
  } finally {
    log.kill()
  }
}
