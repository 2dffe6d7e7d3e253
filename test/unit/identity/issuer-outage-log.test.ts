import { describe, expect, test } from 'vitest'
import { createIssuer } from '../../../src/identity/issuer-keys.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { deadOrigin } from '../../helpers/start-http-server.js'
import { TestIssuer } from '../../helpers/test-issuer.js'
import { json } from '../answer-json.js'
import { KEY_1, KEY_2, KEYS, METADATA, openIssuer } from '../issuer-stand.js'
import { failureOf } from '../outcomes.js'

describe('the log of an outage', () => {
  const whyOf = async (issuer: string, fetch?: () => Promise<Response>): Promise<unknown> => {
    const log = new RecordingLog()
    await failureOf(createIssuer({ issuer, log, fetch }).metadata())
    return log.named('issuer_document_unavailable')[0]?.fields['why']
  }

  test('[case 23] the log of an outage says that nobody trusts the certificate, with the code of it', async () => {
    const issuer = await TestIssuer.startTls()
    const why = await whyOf(issuer.issuer)
    await issuer.close()
    expect(why).toMatch(/certificate/)
    expect(why).toMatch(/SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE/)
  })

  test('[case 23] the log of an outage says that the connection was refused, with host and port', async () => {
    const origin = await deadOrigin()
    expect(await whyOf(origin)).toContain(`ECONNREFUSED ${new URL(origin).host}`)
  })

  test('[case 23] the log of an outage says that the host name is unknown, and which', async () => {
    const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND id.example'), {
      code: 'ENOTFOUND',
    })
    const fetch = (): Promise<Response> =>
      Promise.reject(new TypeError('fetch failed', { cause: unknown }))
    expect(await whyOf('https://id.example/', fetch)).toBe('getaddrinfo ENOTFOUND id.example')
  })

  test('the log of an outage has a hint for a redirect alone', async () => {
    const { issuer, answers, log } = await openIssuer()
    answers[METADATA] = json({}, 500)
    await failureOf(issuer.metadata())
    const [entry] = log.named('issuer_document_unavailable')
    expect(entry?.fields).toMatchObject({ reason: 'unexpected_status', status: 500 })
    expect(entry?.fields['hint']).toBeUndefined()
    expect(entry?.fields['location']).toBeUndefined()
  })

  test('the log of an outage that a fetch of your own causes calls it unforeseen', async () => {
    const log = new RecordingLog()
    const fetch = (): Promise<Response> => Promise.resolve(undefined as unknown as Response)
    const issuer = createIssuer({ issuer: 'https://id.example/', log, fetch })
    const { code, details } = await failureOf(issuer.metadata())
    expect([code, details.reason]).toEqual(['verifier_unavailable', 'unforeseen'])
    const [entry] = log.named('issuer_document_unavailable')
    expect(entry?.fields['reason']).toBe('unforeseen')
  })

  test.each<[string, unknown, string]>([
    ['no key set', [KEY_1], 'not a JSON key set'],
    ['no key', { keys: [] }, 'no public signature key (there is none)'],
    [
      'no key that can be used',
      { keys: [null, { ...KEY_1, use: 'enc' }, { ...KEY_2, use: 'enc' }] },
      'no public signature key (skipped: no key, other use)',
    ],
  ])('[S16.4] the log of an outage says of a document with %s what is wrong', async (...given) => {
    const [, document, why] = given
    const { issuer, answers, log } = await openIssuer()
    answers[KEYS] = json(document)
    await failureOf(issuer.keys(undefined))
    expect(log.named('issuer_document_unavailable')[0]?.fields['why']).toBe(why)
  })

  describe('where no address has the metadata', () => {
    const OAUTH = '/.well-known/oauth-authorization-server'

    test('[case 18] the log of an outage names the first address, and what is wrong there', async () => {
      const { issuer, server, answers, metadata, log } = await openIssuer()
      answers[METADATA] = json({ issuer: metadata.issuer })
      await failureOf(issuer.metadata())
      expect(log.named('issuer_document_unavailable')[0]?.fields).toMatchObject({
        url: `${server.origin}${METADATA}`,
        why: 'the document there has no jwks_uri',
      })
    })

    test('[case 20] the log of an outage names the address that redirects, before others', async () => {
      const { issuer, server, answers, log } = await openIssuer()
      answers[METADATA] = json({}, 404)
      answers[OAUTH] = (_req, res) => res.writeHead(302, { Location: '/elsewhere' }).end()
      await failureOf(issuer.metadata())
      expect(log.named('issuer_document_unavailable')[0]?.fields).toMatchObject({
        url: `${server.origin}${OAUTH}`,
        location: '/elsewhere',
      })
    })
  })

  test('[S11] the log of an outage quotes nothing of a document that is no JSON', async () => {
    const { issuer, answers, log } = await openIssuer()
    answers[METADATA] = (_req, res) => res.end('SSN 123-45-6789 pw hunter2')
    await failureOf(issuer.metadata())
    expect(log.named('issuer_document_unavailable')[0]?.fields['why']).toBe('SyntaxError')
    expect(log.text()).not.toContain('SSN')
  })
})
