import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { JWK } from 'jose'
import { createIssuer, type IssuerOptions } from '../../src/identity/issuer-keys.js'
import { json } from './answer-json.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { startHttpServer } from '../helpers/start-http-server.js'

const publicJwk = (key: KeyObject): JWK => key.export({ format: 'jwk' })
export const rsa = (modulusLength: number): JWK =>
  publicJwk(generateKeyPairSync('rsa', { modulusLength }).publicKey)
export const ec = (namedCurve: string): JWK =>
  publicJwk(generateKeyPairSync('ec', { namedCurve }).publicKey)

export const KEY_1 = { ...rsa(2_048), kid: 'key-1', use: 'sig' }
export const KEY_2 = { ...ec('P-256'), kid: 'key-2' }

export const METADATA = '/.well-known/openid-configuration'
export const KEYS = '/keys'

/** An issuer over real HTTP whose answers the test may change, seen through `createIssuer`. */
export async function openIssuer(options: Partial<IssuerOptions> = {}, path = '/') {
  const answers: Record<string, RequestListener> = {}
  const hits: string[] = []
  const server = await startHttpServer((req, res) => {
    const url = req.url ?? ''
    hits.push(url)
    const answer = answers[url] ?? json({ error: 'not found' }, 404)
    answer(req, res)
  })
  const identifier = `${server.origin}${path}`
  const metadata = { issuer: identifier, jwks_uri: `${server.origin}${KEYS}` }
  answers[METADATA] = json(metadata)
  answers[KEYS] = json({ keys: [KEY_1] })
  const time = { now: 1_000_000_000 }
  const log = new RecordingLog()
  const issuer = createIssuer({ issuer: identifier, log, clock: () => time.now, ...options })
  const count = (url: string): number => hits.filter((hit) => hit === url).length
  return { server, answers, metadata, hits, time, log, issuer, count }
}
