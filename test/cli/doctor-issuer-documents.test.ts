import { describe, expect, test } from 'vitest'
import { createSigningKey, TestIssuer } from '../helpers/test-issuer.js'
import { answering, document, page } from './doctor-ailment.js'
import { useWorld, visit, type World } from './doctor-world.js'

let world: World

useWorld((opened) => {
  world = opened
})

describe("doctor and the issuer's documents", () => {
  test('[case 19] a web page where the metadata should be is called one', async () => {
    world.issuer.metadataResponder = page
    const { wrong, named } = await visit(world)
    expect(wrong()).toEqual(['issuer.metadata'])
    expect(named('issuer.metadata')?.message).toContain('answers with a web page')
    expect(named('issuer.metadata')?.hint).toMatch(/web application answers there/)
  })

  test.each([301, 302, 307, 308])(
    '[case 20] a redirect (%d) names its target, without its query',
    async (status) => {
      const target = `${world.deadOrigin}/.well-known/openid-configuration`
      world.issuer.metadataResponder = answering(status, { Location: `${target}?state=secret` })
      const { wrong, named } = await visit(world)
      expect(wrong()).toEqual(['issuer.metadata'])
      expect(named('issuer.metadata')?.message).toContain(
        `answers ${status}, a redirect to ${target}`,
      )
      expect(named('issuer.metadata')?.message).not.toContain('state')
    },
  )

  test('[case 18] where every address refuses, each is named with its status', async () => {
    world.issuer.metadataResponder = answering(403)
    const { wrong, named } = await visit(world)
    expect(wrong()).toEqual(['issuer.metadata'])
    expect(named('issuer.metadata')?.message).toMatch(
      /openid-configuration answers 403; \/\.well-known\/oauth-authorization-server there: 404/,
    )
  })

  test('[case 21] a document that names the issuer otherwise leads to the name, and to the setting for its address', async () => {
    const inside = 'http://keycloak:8080/realms/x'
    world.issuer.metadataResponder = document({
      issuer: inside,
      jwks_uri: `${world.issuer.issuer}jwks`,
    })
    const { wrong, named } = await visit(world)
    expect(wrong()).toEqual(['issuer.metadata'])
    expect(named('issuer.metadata')?.hint).toContain(`writes its issuer, ${inside}`)
    expect(named('issuer.metadata')?.hint).toMatch(
      /ISSUER_METADATA_URL=http:\/\/127\.0\.0\.1:\d+\//,
    )
  })

  test('[case 21] the setting for the address of the metadata is followed', async () => {
    const { issuer } = world.issuer
    const elsewhere = await TestIssuer.start()
    elsewhere.metadataResponder = document({
      ...{ issuer, jwks_uri: `${issuer}jwks`, token_endpoint: `${issuer}token` },
    })
    world.issuer.metadataResponder = answering(404)
    const environment = {
      ISSUER_METADATA_URL: `${elsewhere.issuer}.well-known/openid-configuration`,
    }
    const { code, wrong, named } = await visit(world, { environment })
    await elsewhere.close()
    expect([code, wrong()]).toEqual([0, []])
    expect(named('api.call')?.verdict).toBe('ok')
  })

  test('[case 14] keys of other algorithms count, and the doctor names what they are for', async () => {
    world.issuer.keys = [await createSigningKey('ES256'), ...world.issuer.keys]
    try {
      const { code, complete, named } = await visit(world)
      expect([code, complete]).toEqual([0, true])
      expect(named('issuer.keys')?.message).toMatch(/2 keys,? for ES256, RS256/)
    } finally {
      world.issuer.keys = world.issuer.keys.slice(1)
    }
  })

  test('[case 15] one bad entry in the key set is no fault; a set of bad entries is one, and says why', async () => {
    const good = world.issuer.keys.map(({ jwk }) => jwk)
    world.issuer.keysResponder = document({ keys: [{ kid: 'x', use: 'sig' }, ...good] })
    expect((await visit(world)).wrong()).toEqual([])
    world.issuer.keysResponder = document({ keys: [{ kid: 'x', use: 'sig' }] })
    const { wrong, named } = await visit(world)
    expect(wrong()).toEqual(['issuer.keys'])
    expect(named('issuer.keys')?.message).toMatch(/no public signature key \(skipped: no key\)/)
  })

  test('[case 17] a token that names a key which is not published is told so', async () => {
    const foreign = await createSigningKey()
    const { wrong, named } = await visit(world, { key: foreign })
    expect(wrong()).toEqual(['token.inbound'])
    expect(named('token.inbound')?.message).toMatch(/^key_unknown/)
    expect(named('token.inbound')?.hint).toMatch(/publish the key .* under the kid/)
  })

  test('[case 22] an issuer for several tenants is named, and the issuer to use', async () => {
    const { issuer } = world.issuer
    world.issuer.metadataResponder = document({
      issuer: `${issuer}{tenantid}/v2.0`,
      jwks_uri: `${issuer}jwks`,
    })
    const { wrong, named } = await visit(world)
    expect(wrong()).toEqual(['issuer.metadata'])
    expect(named('issuer.metadata')?.hint).toMatch(/your own tenant, with the tenant's id/)
  })

  test.each(['issuer.metadata', 'api.reachable'] as const)(
    '[case 23] a refused connection is named with host and port: %s',
    async (check) => {
      const { host } = new URL(world.deadOrigin)
      const key = check === 'api.reachable' ? 'API_BASE_URL' : 'ISSUER_BASE_URL'
      const { wrong, named } = await visit(world, {
        environment: { [key]: `${world.deadOrigin}/` },
      })
      expect(wrong()).toEqual([check])
      expect(named(check)?.message).toContain(`ECONNREFUSED ${host}`)
      expect(named(check)?.message).not.toContain('fetch failed')
    },
  )
})

test('[case 23] a certificate that this machine does not trust is named, with what makes it trusted', async () => {
  const secure = await TestIssuer.startTls()
  try {
    const { wrong, named } = await visit(world, { environment: { ISSUER_BASE_URL: secure.issuer } })
    expect(wrong()).toEqual(['issuer.metadata'])
    expect(named('issuer.metadata')?.message).toMatch(/certificate.* \([A-Z_]+\), at localhost:\d+/)
    expect(named('issuer.metadata')?.hint).toContain('NODE_EXTRA_CA_CERTS')
  } finally {
    await secure.close()
  }
})
