import { describe, expect, test } from 'vitest'
import { createIssuer } from '../../../src/identity/issuer-keys.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { deadOrigin } from '../../helpers/start-http-server.js'
import { TestIssuer } from '../../helpers/test-issuer.js'
import { METADATA, openIssuer } from '../issuer-stand.js'
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

  test('[S11] the log of an outage quotes nothing of a document that is no JSON', async () => {
    const { issuer, answers, log } = await openIssuer()
    answers[METADATA] = (_req, res) => res.end('SSN 123-45-6789 pw hunter2')
    await failureOf(issuer.metadata())
    expect(log.named('issuer_document_unavailable')[0]?.fields['why']).toBe('SyntaxError')
    expect(log.text()).not.toContain('SSN')
  })
})
