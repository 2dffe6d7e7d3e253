import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { FILE_SETTINGS } from '../../src/config/setting-names.js'
import { SETTINGS } from '../../src/config/settings.js'
import type { Setting } from '../../src/config/setting.js'
import { ALERTS_FILE } from './alerts.js'
import { ROOT } from './pages.js'

/** The schema of the chart's values. Helm refuses values that do not fit it. */
export const CHART_SCHEMA_FILE = 'charts/mcp-on-behalf-of/values.schema.json'
/** A chart can read files of its own alone, so it has a copy of the alert rules. */
export const CHART_ALERTS_FILE = 'charts/mcp-on-behalf-of/files/alerts.yaml'

/** What the chart sets itself, from values of its own. */
const OF_THE_CHART = new Set([
  ...['PORT', 'HOST', 'MCP_SERVER_URL', 'DRAIN_DELAY_SECONDS', 'METRICS_PORT', 'METRICS_HOST'],
  ...['STORE_URL', 'STORE_PASSWORD', 'STORE_KEY', 'INSTANCES'],
])

const text = { type: 'string' }
const flag = { type: 'boolean' }
const object = { type: 'object' }
const list = { type: 'array', items: object }
const texts = { type: 'object', additionalProperties: text }
const whole = (minimum: number, maximum?: number) => ({
  ...{ type: 'integer', minimum },
  ...(maximum !== undefined && { maximum }),
})
/** Of `INSTANCES`, without the one with which a new version begins. */
const MOST_INSTANCES = 999

/** An object with these members and no others: a slip is found before anything is changed in the cluster. */
const members = (properties: object) => ({
  type: 'object',
  additionalProperties: false,
  properties,
})
const anyMembers = (keys: readonly string[], values: object) => ({
  type: 'object',
  propertyNames: { enum: keys },
  additionalProperties: values,
})
const secretKey = {
  ...members({ name: { type: 'string', minLength: 1 }, key: { type: 'string', minLength: 1 } }),
  required: ['name', 'key'],
}
const noSecretKeyOr = { anyOf: [{ type: 'object', maxProperties: 0 }, secretKey] }

/** The schema as a file, with the names of all settings. */
export async function chartSchema(): Promise<string> {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart mcp-on-behalf-of',
    ...members({ ...server(), ...cluster(), global: object }),
  }
  const options = await resolveConfig(join(ROOT, CHART_SCHEMA_FILE))
  return format(JSON.stringify(schema), { ...options, parser: 'json' })
}

export function chartAlerts(): string {
  return readFileSync(join(ROOT, ALERTS_FILE), 'utf8')
}

function server() {
  return {
    url: { type: 'string', pattern: '^(https://[^/?#@\\s]+/?)?$' },
    settings: anyMembers(plainSettings(), text),
    secrets: anyMembers(secretSettings(), secretKey),
    files: members({ configMap: text, content: texts }),
    store: members({
      // A password in here would be read by whoever reads the values.
      url: {
        type: 'string',
        pattern: '^(rediss?(\\+(sentinel|cluster))?://([^:/?#@\\s]+@)?[^@\\s]+)?$',
      },
      keySecret: noSecretKeyOr,
      passwordSecret: noSecretKeyOr,
      required: flag,
    }),
    drainDelaySeconds: whole(0, 300),
    metrics: members({
      enabled: flag,
      port: whole(1024, 65_535),
      podMonitor: members({ enabled: flag, labels: texts }),
      prometheusRule: members({ enabled: flag, labels: texts }),
    }),
  }
}

function cluster() {
  return {
    image: members({
      ...{ repository: text, tag: text },
      digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
      pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] },
    }),
    imagePullSecrets: list,
    replicas: whole(0, MOST_INSTANCES),
    autoscaling: members({
      ...{ enabled: flag, minReplicas: whole(1), maxReplicas: whole(1, MOST_INSTANCES) },
      cpu: { type: 'string', pattern: '^[0-9]+m?$' },
    }),
    resources: object,
    service: members({
      type: { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
      port: whole(1, 65_535),
      annotations: texts,
    }),
    ingress: members({ enabled: flag, className: text, annotations: texts, tlsSecret: text }),
    networkPolicy: members({
      ...{ enabled: flag, clients: list, monitoring: list, egress: list },
      outgoingPorts: { type: 'array', items: whole(1, 65_535) },
    }),
    podDisruptionBudget: members({
      enabled: flag,
      maxUnavailable: { anyOf: [whole(0), { type: 'string', pattern: '^[0-9]{1,3}%$' }] },
    }),
    serviceAccount: members({ name: text, annotations: texts }),
    ...{ podAnnotations: texts, podLabels: texts, nodeSelector: texts },
    ...{ tolerations: list, affinity: object, priorityClassName: text },
    ...{ extraVolumes: list, extraVolumeMounts: list },
  }
}

function plainSettings(): readonly string[] {
  return Object.entries<Setting<unknown>>(SETTINGS)
    .filter(([name, { secret }]) => secret !== true && !OF_THE_CHART.has(name))
    .map(([name]) => name)
}

/** `STORE_URL` with a password in it is a secret; without one it is a value of the chart. */
function secretSettings(): readonly string[] {
  return FILE_SETTINGS.filter((name) => name === 'STORE_URL' || !OF_THE_CHART.has(name))
}
