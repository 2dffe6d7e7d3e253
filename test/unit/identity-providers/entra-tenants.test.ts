import { describe, expect, test } from 'vitest'
import { entra } from '../../../src/identity-providers/entra.js'
import { generic } from '../../../src/identity-providers/generic.js'
import { issuersOfTenants } from '../../../src/identity-providers/issuers-of-tenants.js'

const ONE = '11111111-2222-3333-4444-555555555555'
const TWO = '22222222-3333-4444-5555-666666666666'

const v2 = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/v2.0`
const v1 = (tenant: string): string => `https://sts.windows.net/${tenant}/`

describe('the issuers of a tenant of Entra ID', () => {
  test('tokens of both versions of one tenant are accepted, and clients are sent to version 2', () => {
    expect(issuersOfTenants([v2(ONE)], [], entra)).toEqual({
      issuers: [v2(ONE), v1(ONE)],
      advertised: [v2(ONE)],
      families: [[v2(ONE), v1(ONE)]],
      metadataUrls: {
        [v1(ONE)]: `https://login.microsoftonline.com/${ONE}/.well-known/openid-configuration`,
      },
      tenants: { [v2(ONE)]: ONE, [v1(ONE)]: ONE },
    })
  })

  test.each([
    ['login.microsoftonline.us', 'sts.windows.net'],
    ['login.partner.microsoftonline.cn', 'sts.chinacloudapi.cn'],
  ])('the documents of the cloud of %s are looked for there', (login, tokens) => {
    const older = `https://${tokens}/${ONE}/`
    const { issuers, metadataUrls } = issuersOfTenants([`https://${login}/${ONE}/v2.0`], [], entra)
    expect(issuers).toContain(older)
    expect(metadataUrls[older]).toBe(`https://${login}/${ONE}/.well-known/openid-configuration`)
  })

  test('each allowed tenant has both of its issuers, and no other tenant has any', () => {
    const { issuers, advertised, families, tenants } = issuersOfTenants([v2(ONE)], [TWO], entra)
    expect(issuers).toEqual([v2(ONE), v1(ONE), v2(TWO), v1(TWO)])
    expect(advertised).toEqual([v2(ONE), v2(TWO)])
    expect(families).toEqual([
      [v2(ONE), v1(ONE)],
      [v2(TWO), v1(TWO)],
    ])
    expect(tenants[v1(TWO)]).toBe(TWO)
  })

  test('a tenant that is allowed twice, or that is the own one, is one tenant', () => {
    expect(issuersOfTenants([v2(ONE)], [ONE, TWO, TWO], entra).advertised).toEqual([
      v2(ONE),
      v2(TWO),
    ])
  })

  test('an issuer of version 1 leads to version 2 of the same tenant', () => {
    const { issuers, advertised, families } = issuersOfTenants([v1(ONE)], [], entra)
    expect(issuers).toEqual([v1(ONE), v2(ONE)])
    expect([advertised, families]).toEqual([[v2(ONE)], [[v2(ONE), v1(ONE)]]])
  })

  test('two issuers of one tenant on a host of one’s own belong together, the first exchanges', () => {
    const base = 'http://localhost:9000'
    const configured = [`${base}/${ONE}/v2.0`, `${base}/sts/${ONE}/`]
    const { advertised, families } = issuersOfTenants(configured, [TWO], entra)
    expect(families[0]).toEqual(configured)
    expect(families[1]).toEqual([`${base}/${TWO}/v2.0`, `${base}/sts/${TWO}/`])
    expect(advertised).toEqual([`${base}/${ONE}/v2.0`, `${base}/${TWO}/v2.0`])
  })

  test('one tenant id on two hosts is two tenants', () => {
    const configured = [v2(ONE), `https://login.example.com/${ONE}/v2.0`]
    expect(issuersOfTenants(configured, [], entra).families).toHaveLength(2)
  })

  test('the issuers of other identity providers stay as they are', () => {
    const configured = [v2(ONE), 'https://i.example/']
    expect(issuersOfTenants(configured, [], generic)).toEqual({
      issuers: configured,
      advertised: configured,
      families: [],
      metadataUrls: {},
      tenants: {},
    })
  })

  test.each(['common', 'organizations', 'consumers'])(
    'the issuer of %s is refused with what to write in its place',
    (many) => {
      const issue = entra.issuerIssue?.(`https://login.microsoftonline.com/${many}/v2.0`)
      expect(issue).toContain(`"${many}" stands for many`)
      expect(issue).toContain('ALLOWED_TENANTS')
    },
  )

  test('an issuer that names its tenant by a domain is refused', () => {
    const issue = entra.issuerIssue?.('https://login.microsoftonline.com/contoso.com/v2.0')
    expect(issue).toContain('a GUID')
    expect(entra.issuerIssue?.(v2(ONE))).toBeUndefined()
  })
})
