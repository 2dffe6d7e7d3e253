import { expect, test } from 'vitest'
import { LEAST, only, render, renderWithHelm, schemaFaults, type ChartValues } from './chart.js'
import { schemaFault, unknownMembers } from './kubernetes.js'

const EVERYTHING: ChartValues = {
  ...LEAST,
  image: { digest: `sha256:${'a'.repeat(64)}`, pullPolicy: 'Always' },
  imagePullSecrets: [{ name: 'registry' }],
  settings: { AUTH0_DOMAIN: 'example.eu.auth0.com', TRUST_PROXY: '1', AUDIT_SINK: 'stdout' },
  secrets: { MCP_AUTH0_CLIENT_SECRET: { name: 'mcp', key: 'secret' } },
  files: { content: { 'openapi.yaml': 'openapi: 3.1.0\npaths: {}\n' } },
  ingress: { enabled: true, className: 'nginx', tlsSecret: 'tls', annotations: { a: 'b' } },
  service: { annotations: { a: 'b' } },
  metrics: {
    podMonitor: { enabled: true, labels: { release: 'prometheus' } },
    prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
  },
  networkPolicy: {
    clients: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }],
    egress: [{ to: [{ podSelector: {} }], ports: [{ port: 8080 }] }],
  },
  serviceAccount: { annotations: { a: 'b' } },
  ...{ podAnnotations: { a: 'b' }, podLabels: { team: 'bookings' } },
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [{ key: 'a', operator: 'Exists' }],
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  priorityClassName: 'high',
  extraVolumes: [{ name: 'tmp', emptyDir: {} }],
  extraVolumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
}

const ONE_INSTANCE: ChartValues = {
  url: 'https://mcp.example.com',
  autoscaling: { enabled: false },
  replicas: 1,
  metrics: { enabled: false },
  networkPolicy: { enabled: false },
  podDisruptionBudget: { enabled: false },
  serviceAccount: { name: 'mine' },
  files: { configMap: 'mine' },
}

const WAYS: readonly (readonly [string, ChartValues, readonly string[]])[] = [
  [
    'what every user sets',
    LEAST,
    [
      ...['Deployment', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'Pod', 'PodDisruptionBudget'],
      ...['Service', 'ServiceAccount'],
    ],
  ],
  [
    'everything',
    EVERYTHING,
    [
      ...['ConfigMap', 'Deployment', 'HorizontalPodAutoscaler', 'Ingress', 'NetworkPolicy', 'Pod'],
      ...['PodDisruptionBudget', 'PodMonitor', 'PrometheusRule', 'Service', 'ServiceAccount'],
    ],
  ],
  ['one instance', ONE_INSTANCE, ['Deployment', 'Pod', 'Service']],
]

test.each(WAYS)('Kubernetes takes the objects of: %s', (_, values, kinds) => {
  expect(schemaFaults(values)).toEqual([])
  const objects = render(values)
  expect(objects.map(({ kind }) => kind).sort()).toEqual(kinds)
  expect(objects.flatMap((object) => schemaFault(object) ?? [])).toEqual([])
})

test('no object has a member that Kubernetes does not know', () => {
  expect(unknownMembers(WAYS.flatMap(([, values]) => render(values)))).toEqual([])
})

test('members that are unknown, and values of another type, are found', () => {
  const deployment = only(render(LEAST), 'Deployment')
  const spec = deployment['spec'] as object
  const misspelt = { ...deployment, spec: { ...spec, minReadySecond: 3 } }
  expect(unknownMembers([misspelt]).join('\n')).toContain('minReadySecond')
  expect(schemaFault({ ...deployment, spec: { ...spec, minReadySeconds: 'three' } })).toContain(
    'minReadySeconds',
  )
})

test.each(WAYS)('where Helm is installed, it makes the same objects of: %s', (_, values) => {
  const byName = (objects: readonly object[]) => objects.map((one) => JSON.stringify(one)).sort()
  const ofHelm = renderWithHelm(values)
  if (ofHelm !== undefined) expect(byName(ofHelm)).toEqual(byName(render(values)))
})
