import { z } from 'zod'
import { Secret } from '../secret.js'

/** Where a Redis or Valkey is. */
export interface StoreAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  readonly tls: boolean
  /** One of a single server; several of sentinels or of a cluster. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  /** What the sentinels call the server. */
  readonly name: string | undefined
  readonly database: number
  readonly username: string | undefined
  readonly password: Secret | undefined
}

const FORM =
  /^(?<scheme>rediss?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<nodes>[^@/?#]+)(?:\/(?<path>[^?#]*))?$/

const PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 } as const

/** The address of a Redis: `redis://`, `rediss://`, and with `+sentinel` or `+cluster`. */
export const storeAddress = z.string().transform((value, context): StoreAddress => {
  const parsed = parsedAddress(value)
  if (typeof parsed !== 'string') return parsed
  context.addIssue(parsed)
  return z.NEVER
})

/** What is wrong with the address, where it is none. */
function parsedAddress(value: string): StoreAddress | string {
  const groups: Partial<Record<string, string>> | undefined = FORM.exec(value)?.groups
  if (groups === undefined) return NO_ADDRESS
  const { scheme, user, password, nodes: listed = '', path = '' } = groups
  const kind = (groups['kind'] ?? 'single') as StoreAddress['kind']
  const nodes = listed.split(',').map((node) => nodeOf(node, PORTS[kind]))
  if (nodes.some((node) => node === undefined)) return BAD_NODE
  if (kind === 'single' && nodes.length > 1) return ONE_NODE
  const [name, database = ''] = kind === 'sentinel' ? path.split('/') : [undefined, path]
  if (kind === 'sentinel' && (name === undefined || name === '')) return NO_NAME
  if (!/^\d{0,3}$/.test(database) || path.split('/').length > 2) return BAD_DATABASE
  if (kind === 'cluster' && Number(database) > 0) return NO_DATABASE
  const username = decoded(user)
  const secret = decoded(password)
  if (username === null || secret === null) return BAD_ENCODING
  return {
    ...{ kind, name, username, tls: scheme === 'rediss', database: Number(database) },
    nodes: nodes.filter((node) => node !== undefined),
    password: secret === undefined ? undefined : new Secret(secret),
  }
}

function nodeOf(node: string, usual: number): StoreAddress['nodes'][number] | undefined {
  if (!URL.canParse(`http://${node}/`)) return undefined
  const { hostname, port } = new URL(`http://${node}/`)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  // Port 80 is what this scheme leaves out.
  const given = node.endsWith(':80') ? 80 : port === '' ? usual : Number(port)
  return host === '' || given === 0 ? undefined : { host, port: given }
}

/** `undefined` for an empty one, `null` for one that cannot be decoded. */
function decoded(text: string | undefined): string | undefined | null {
  if (text === undefined || text === '') return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

const NO_ADDRESS =
  'must be redis://host:6379 or rediss://host:6379 (with TLS), redis+sentinel://host1:26379,host2:26379/name, or redis+cluster://host1,host2; with user:password@ in front of the host where they are needed, percent-encoded'
const BAD_NODE = 'must name hosts with ports, like redis.internal:6379'
const ONE_NODE =
  'must name one host. Several are those of redis+sentinel:// or redis+cluster://, with a comma between'
const NO_NAME =
  'must end in the name that the sentinels have for the server: redis+sentinel://host1,host2/name'
const BAD_DATABASE = 'must have nothing behind the host but the number of a database'
const NO_DATABASE = 'must have no number behind the hosts: a cluster has one database, 0'
const BAD_ENCODING = 'must have its user name and password percent-encoded: % is %25'
