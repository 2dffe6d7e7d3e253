import { describe, expect, test } from 'vitest'
import { documentUrlIssues, issuerOptionsFor } from '../../../src/identity/issuer-options.js'

describe('the addresses of metadata and keys', () => {
  const PLACES = {
    metadataUrl: 'https://inside.example/metadata',
    jwksUrl: 'https://inside.example/keys',
  }

  test('[case 21] the addresses of metadata and keys are for the first issuer alone: another one does not get the keys of the first', () => {
    const issuers = ['https://one.example/', 'https://two.example/']
    expect(issuerOptionsFor({ ...PLACES, issuers, dangerouslyAllowHttp: true })).toEqual([
      { issuer: 'https://one.example/', dangerouslyAllowHttp: true, ...PLACES },
      { issuer: 'https://two.example/', dangerouslyAllowHttp: true },
    ])
  })

  test.each(['ftp://keys.example/', 'file:///keys', 'data:application/json,{}'])(
    'the addresses of metadata and keys are never others than http and https, under no setting: %s',
    (url) => {
      const issues = documentUrlIssues({
        metadataUrl: url,
        jwksUrl: url,
        dangerouslyAllowHttp: true,
      })
      expect(issues.map(({ path }) => path)).toEqual([['metadataUrl'], ['jwksUrl']])
    },
  )

  test('the addresses of metadata and keys may be http beyond this machine under the setting that allows it, and under no other value of it', () => {
    const url = 'http://keys.example/'
    expect(documentUrlIssues({ jwksUrl: url, dangerouslyAllowHttp: true })).toEqual([])
    for (const dangerouslyAllowHttp of [undefined, false, 'true']) {
      expect(documentUrlIssues({ jwksUrl: url, dangerouslyAllowHttp })).toHaveLength(1)
    }
  })
})
