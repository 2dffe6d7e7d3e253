import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseConfig } from '../../src/config/config.js'
import { readValueFiles } from '../../src/config/value-files.js'
import { LEAST, only, render, renderTexts, schemaFaults, type ChartValues } from './chart.js'

const CONTAINER = z.object({
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  image: z.string(),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).optional(),
})
const DEPLOYMENT = z.object({
  replicas: z.number().optional(),
  template: z.object({
    spec: z.looseObject({
      containers: z.tuple([CONTAINER]),
      terminationGracePeriodSeconds: z.number(),
      volumes: z.array(z.looseObject({ name: z.string() })).optional(),
    }),
  }),
})

const LONE: ChartValues = {
  url: 'https://mcp.example.com',
  autoscaling: { enabled: false },
  replicas: 1,
}

function deploymentOf(values: ChartValues) {
  const { spec } = only(render(values), 'Deployment')
  const deployment = DEPLOYMENT.parse(spec)
  const pod = deployment.template.spec
  const [container] = pod.containers
  const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]))
  return { deployment, pod, container, env }
}

describe('what the server is started with', () => {
  const directory = mkdtempSync(join(tmpdir(), 'chart-secrets-'))
  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  test('is a configuration that it takes', () => {
    const { env } = deploymentOf({
      ...LONE,
      settings: {
        ...{ AUTH0_DOMAIN: 'example.eu.auth0.com', AUTH0_AUDIENCE: 'https://mcp.example.com/mcp' },
        ...{ MCP_AUTH0_CLIENT_ID: 'mcp', TRUST_PROXY: '1' },
        ...{
          API_AUTH0_AUDIENCE: 'https://api.example.com',
          API_BASE_URL: 'https://api.example.com',
        },
      },
      secrets: { MCP_AUTH0_CLIENT_SECRET: { name: 'mcp', key: 'secret' } },
      drainDelaySeconds: 7,
    })
    expect(env['MCP_AUTH0_CLIENT_SECRET_FILE']).toBe(
      '/etc/mcp-on-behalf-of/secrets/MCP_AUTH0_CLIENT_SECRET',
    )
    // What Kubernetes would mount.
    const mounted = join(directory, 'MCP_AUTH0_CLIENT_SECRET')
    writeFileSync(mounted, 'a secret of the client\n')
    const given = { ...env, MCP_AUTH0_CLIENT_SECRET_FILE: mounted }
    const { values, issues } = readValueFiles(
      (name) => Object.entries(given).find(([key]) => key === name)?.[1],
    )
    expect(issues).toEqual([])
    const config = parseConfig({ ...given, ...values })
    expect(config.endpoint.href).toBe('https://mcp.example.com/mcp')
    expect(config.trustProxy).toBe(1)
  })

  test('no secret is in a variable', () => {
    const secrets = { MCP_AUTH0_CLIENT_SECRET: { name: 'mcp', key: 'secret' } }
    const { env, pod } = deploymentOf({ ...LEAST, secrets })
    expect(Object.keys(env).filter((name) => name.startsWith('STORE_KEY'))).toEqual([
      'STORE_KEY_FILE',
    ])
    expect(JSON.stringify(pod)).not.toContain('secretKeyRef')
    expect(pod.volumes).toEqual([
      {
        name: 'secrets',
        projected: {
          defaultMode: 0o440,
          sources: [
            {
              secret: {
                name: 'mcp',
                items: [{ key: 'secret', path: 'MCP_AUTH0_CLIENT_SECRET' }],
              },
            },
            { secret: { name: 'mcp', items: [{ key: 'store-key', path: 'STORE_KEY' }] } },
          ],
        },
      },
    ])
  })

  test('a value is a text whatever it looks like', () => {
    const { env } = deploymentOf({ ...LONE, settings: { MCP_BASELINE_SCOPES: 'a: \'b\' "c" # d' } })
    expect(env['MCP_BASELINE_SCOPES']).toBe('a: \'b\' "c" # d')
  })

  test.each([
    [{ autoscaling: { maxReplicas: 9 } }, '10', undefined],
    [{ autoscaling: { enabled: false }, replicas: 3 }, '4', 3],
    [{ autoscaling: { enabled: false }, replicas: 0 }, '1', 0],
  ])(
    'it knows how many instances there are at most, with that of a new version: %j',
    (values, instances, replicas) => {
      const { env, deployment } = deploymentOf({ ...LEAST, ...values })
      expect(env['INSTANCES']).toBe(instances)
      // With an autoscaler, a number here would undo what it has done at every upgrade.
      expect(deployment.replicas).toBe(replicas)
    },
  )

  test('it has time to drain', () => {
    expect(deploymentOf({ ...LONE, drainDelaySeconds: 30 })).toMatchObject({
      env: { DRAIN_DELAY_SECONDS: '30' },
      pod: { terminationGracePeriodSeconds: 45 },
    })
  })
})

describe('values that would start and then be wrong', () => {
  test.each<[string, ChartValues, string]>([
    ['no address', {}, 'Set url to'],
    ['several instances that share nothing', { url: 'https://mcp.example.com' }, 'store.url'],
    [
      'a store whose entries nobody can seal',
      { url: 'https://mcp.example.com', store: { url: 'redis://redis' } },
      'store.keySecret',
    ],
    [
      'two addresses of a store',
      { ...LEAST, secrets: { STORE_URL: { name: 'mcp', key: 'url' } } },
      'not both',
    ],
    [
      'an ingress whose address all users have',
      { ...LEAST, ingress: { enabled: true } },
      'TRUST_PROXY',
    ],
    [
      'files from two places',
      { ...LEAST, files: { configMap: 'a', content: { b: 'c' } } },
      'not both',
    ],
    [
      'a key of a store that there is not',
      { ...LONE, store: { keySecret: { name: 'mcp', key: 'k' } } },
      'no effect without store.url',
    ],
    [
      'a password of a store that there is not',
      { ...LONE, store: { passwordSecret: { name: 'mcp', key: 'k' } } },
      'no effect without store.url',
    ],
    [
      'more instances at least than at the most',
      { ...LEAST, autoscaling: { minReplicas: 5, maxReplicas: 2 } },
      'autoscaling.minReplicas',
    ],
    ['no image', { ...LEAST, image: { repository: '' } }, 'image.repository'],
  ])('%s: refused, with what to change', (_, values, said) => {
    expect(() => render(values)).toThrow(said)
  })

  test.each<[string, ChartValues, string]>([
    ['a member that is misspelt', { ingress: { enable: true } }, '/ingress'],
    ['a setting that does not exist', { settings: { AUTH_DOMAIN: 'a' } }, '/settings'],
    ['a secret among the settings', { settings: { MCP_AUTH0_CLIENT_SECRET: 'a' } }, '/settings'],
    ['what the chart sets itself', { settings: { PORT: '80' } }, '/settings'],
    ['a number where a text has to be', { settings: { TRUST_PROXY: 1 } }, '/settings/TRUST_PROXY'],
    [
      'a secret without its key',
      { secrets: { MCP_AUTH0_CLIENT_SECRET: { name: 'a' } } },
      '/secrets',
    ],
    ['an address without TLS', { url: 'http://mcp.example.com' }, '/url'],
    ['an address with a password', { store: { url: 'redis://:word@redis' } }, '/store/url'],
    [
      'an address with a user and a password',
      { store: { url: 'redis://u:word@redis' } },
      '/store/url',
    ],
    ['something else than a digest', { image: { digest: 'latest' } }, '/image/digest'],
  ])('%s: refused by the schema', (_, values, path) => {
    expect(schemaFaults(values).join('\n')).toContain(path)
  })
})

describe('the network policy', () => {
  const egressOf = (values: ChartValues): string =>
    JSON.stringify(only(render(values), 'NetworkPolicy')['spec'])

  const portsOf = (values: ChartValues): readonly number[] => {
    const ports = [...egressOf(values).matchAll(/"port":(\d+)/g)].map(([, port]) => Number(port))
    return ports.filter((port) => ![53, 443].includes(port)).sort((one, other) => one - other)
  }
  const keySecret = { name: 'mcp', key: 'k' }

  test.each([
    ['redis://redis', [6379]],
    ['rediss://user@redis:6380/3', [6380]],
    ['redis://[fd00:0:0::1]:6380', [6380]],
    ['redis://[fd00::1]', [6379]],
    ['redis+cluster://a:7000,b:7001,c', [6379, 7000, 7001]],
    ['redis+sentinel://s1,s2,s3/main', [6379, 26_379]],
    ['rediss+sentinel://user@a:26380,[fd00::2]:26381/main:6400', [6379, 26_380, 26_381]],
  ])('opens the ports of the store: %s', (url, ports) => {
    expect(portsOf({ ...LEAST, store: { url, keySecret } })).toEqual(ports)
  })

  test('opens the usual ports for a store whose address is a secret, and says so', () => {
    const secrets = { STORE_URL: { name: 'mcp', key: 'url' } }
    const values = { url: 'https://mcp.example.com', store: { keySecret }, secrets }
    expect(portsOf(values)).toEqual([6379, 26_379])
    expect(renderTexts(values)['templates/NOTES.txt']).toContain('networkPolicy.egress')
  })

  test('opens no port of a store that there is not', () => {
    expect(portsOf(LONE)).toEqual([])
  })

  test('never opens the addresses at which clouds hand credentials to machines', () => {
    expect(egressOf(LEAST)).toContain('"except":["169.254.0.0/16"]')
  })
})

test('other files are read by other pods', () => {
  const podOf = (content: object): unknown =>
    only(render({ ...LEAST, files: { content } }), 'Deployment')['spec']
  expect(podOf({ 'openapi.yaml': 'a' })).toEqual(podOf({ 'openapi.yaml': 'a' }))
  expect(podOf({ 'openapi.yaml': 'a' })).not.toEqual(podOf({ 'openapi.yaml': 'b' }))
})

test('the pod of `helm test` gets no requests of clients', () => {
  const objects = render(LEAST)
  const { labels } = only(objects, 'Pod').metadata as unknown as { labels: object }
  const { selector } = only(objects, 'Service')['spec'] as { selector: object }
  expect(labels).not.toMatchObject(selector)
})

test('the notes say what is not shared and what is not recorded', () => {
  const notes = (values: ChartValues): string => renderTexts(values)['templates/NOTES.txt'] ?? ''
  expect(notes(LEAST)).not.toContain('Without a store')
  expect(notes(LEAST)).toContain('The audit is off')
  expect(notes({ ...LONE, settings: { AUDIT_SINK: 'stdout' } })).not.toContain('audit is off')
  expect(notes({ ...LONE, settings: { MCP_SESSIONS: 'on' } })).toContain('Mcp-Session-Id')
  expect(notes(LONE)).toContain('Without a store')
  expect(notes({ ...LONE, files: { configMap: 'mine' } })).toContain('rollout restart')
})
