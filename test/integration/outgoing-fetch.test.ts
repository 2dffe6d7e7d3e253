import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { createSelfSignedCertificate } from '../../apps/authorization-server/testing/self-signed-certificate.js'
import { describeError } from '../../src/logging/describe-error.js'
import { createOutgoingFetch, type OutgoingFetchOptions } from '../../src/http/outgoing-fetch.js'
import { ProxyError } from '../../src/http/proxy-error.js'
import { Secret } from '../../src/secret.js'
import { openConnectProxy, type ConnectProxyOptions } from '../helpers/connect-proxy.js'

const CERTIFICATE = await createSelfSignedCertificate(['api.test', 'proxy.test'])
const OTHER = await createSelfSignedCertificate()

const open: { close(): unknown }[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const outgoing = (options: OutgoingFetchOptions = {}): typeof fetch => {
  const made = createOutgoingFetch(options)
  open.unshift(made)
  return made.fetch
}

async function listening(server: Server & { closeAllConnections(): void }): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return (server.address() as AddressInfo).port
}

const hello: RequestListener = (req, res) => {
  const peer = req.socket instanceof TLSSocket ? req.socket.getPeerCertificate().subject : undefined
  res.writeHead(200, { 'Content-Type': 'application/json' })
  res.end(JSON.stringify({ host: req.headers.host, peer: peer?.CN, method: req.method }))
}

const serveHttp = (listener: RequestListener = hello) => listening(createServer(listener))
const serveHttps = (options: object = {}) =>
  listening(createHttps({ ...CERTIFICATE, ...options }, hello))

async function proxyOf(options?: ConnectProxyOptions) {
  const proxy = await openConnectProxy(options)
  open.push(proxy)
  return { proxy, url: new URL(`http://127.0.0.1:${proxy.port}`) }
}

/** Everything that may be logged of a refusal. */
async function failureOf(call: Promise<unknown>): Promise<{ cause: unknown; text: string }> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(TypeError)
  return {
    cause: (error as Error).cause,
    text: `${JSON.stringify(describeError(error))} ${String(error)}`,
  }
}

describe('a proxy', () => {
  test('[case 24] a proxy is asked for a tunnel to https servers, and sees the host and port alone', async () => {
    const { proxy, url } = await proxyOf()
    const port = await serveHttps()
    const fetch = outgoing({ proxy: { https: url }, certificateAuthorities: [CERTIFICATE.cert] })
    const answer = await fetch(`https://api.test:${port}/secret?x=y`)
    expect(await answer.json()).toMatchObject({ host: `api.test:${port}` })
    expect(proxy.targets).toEqual([`api.test:${port}`])
    expect(proxy.others).toEqual([])
  })

  test('[case 24] a proxy is asked for a tunnel to http servers as well, by its own setting', async () => {
    const [{ proxy, url }, { proxy: unused, url: other }] = [await proxyOf(), await proxyOf()]
    const port = await serveHttp()
    const fetch = outgoing({ proxy: { http: url, https: other } })
    expect((await fetch(`http://api.test:${port}/`)).status).toBe(200)
    expect(proxy.targets).toEqual([`api.test:${port}`])
    expect([proxy.others, unused.targets]).toEqual([[], []])
  })

  test('[case 24] a proxy keeps its tunnels for further calls', async () => {
    const { proxy, url } = await proxyOf()
    const port = await serveHttp()
    const fetch = outgoing({ proxy: { http: url }, connections: 1 })
    for (const path of ['a', 'b', 'c'])
      await (await fetch(`http://api.test:${port}/${path}`)).text()
    expect(proxy.targets).toHaveLength(1)
  })

  test('[case 24] a proxy is passed by for this machine, and for what is on the list', async () => {
    const { proxy, url } = await proxyOf()
    const port = await serveHttp()
    const fetch = outgoing({ proxy: { http: url, noProxy: ['.internal'] } })
    for (const host of ['localhost', '127.0.0.1']) {
      expect((await fetch(`http://${host}:${port}/`)).status).toBe(200)
    }
    await expect(fetch('http://api.internal:9/')).rejects.toThrow()
    expect(proxy.targets).toEqual([])
  })

  test('[case 24] a proxy is chosen anew for each request of a redirect that is followed', async () => {
    const { proxy, url } = await proxyOf()
    const target = await serveHttp()
    const port = await serveHttp((_req, res) => {
      res.writeHead(302, { Location: `http://api.test:${target}/` }).end()
    })
    const fetch = outgoing({ proxy: { http: url } })
    const first = `http://localhost:${port}/`
    expect((await fetch(first, { redirect: 'manual' })).status).toBe(302)
    expect(proxy.targets).toEqual([])
    expect((await fetch(first)).status).toBe(200)
    expect(proxy.targets).toEqual([`api.test:${target}`])
  })

  test.each(['user:pass', 'user:', 'us er:p@ss/wörd%'])(
    '[case 24] a proxy gets its user name and password: %s',
    async (credentials) => {
      const { proxy, url } = await proxyOf({ credentials })
      const [user = '', password = ''] = credentials.split(':').map(encodeURIComponent)
      const secret = new Secret(`http://${user}:${password}@${url.host}`)
      const port = await serveHttp()
      const fetch = outgoing({ proxy: { http: secret } })
      expect((await fetch(`http://api.test:${port}/`)).status).toBe(200)
      expect(proxy.authorizations).toHaveLength(1)
    },
  )

  test('[case 24] a proxy that wants other credentials is the cause, without those it got', async () => {
    const { url } = await proxyOf({ credentials: 'user:right' })
    url.username = 'user'
    url.password = 'S3CRET'
    const fetch = outgoing({ proxy: { http: url } })
    const { cause, text } = await failureOf(fetch('http://api.test:8080/path?query'))
    expect(cause).toMatchObject({ code: 'proxy_failed', status: 407 })
    expect(text).toContain(`The proxy http://${url.host} answered 407 to CONNECT api.test:8080`)
    expect(text).toContain('user name and password')
    expect(text).not.toMatch(/S3CRET|UzNDUkVU|query/)
  })

  test.each([403, 502])('[case 24] a proxy that answers %d is the cause', async (status) => {
    const { url } = await proxyOf({ status })
    const { cause, text } = await failureOf(
      outgoing({ proxy: { https: url } })('https://api.test/'),
    )
    expect(cause).toBeInstanceOf(ProxyError)
    expect(text).toContain(`answered ${status} to CONNECT api.test:443`)
  })

  test('[case 24] a proxy that is not there is the cause', async () => {
    const { proxy, url } = await proxyOf()
    await proxy.close()
    url.password = 'S3CRET'
    const { cause, text } = await failureOf(
      outgoing({ proxy: { https: url } })('https://api.test/'),
    )
    expect(cause).toMatchObject({ code: 'proxy_failed', status: undefined })
    expect(text).toContain(`The proxy http://${url.host} cannot be reached`)
    expect(text).toContain('ECONNREFUSED')
    expect(text).not.toContain('S3CRET')
  })

  test('[case 24] a proxy may speak TLS itself, by the same authorities', async () => {
    const { proxy } = await proxyOf({ certificate: CERTIFICATE })
    const url = new URL(`https://localhost:${proxy.port}`)
    const port = await serveHttps()
    const trusting = { proxy: { https: url }, certificateAuthorities: [CERTIFICATE.cert] }
    expect((await outgoing(trusting)(`https://api.test:${port}/`)).status).toBe(200)
    await expect(outgoing({ proxy: { https: url } })(`https://api.test:${port}/`)).rejects.toThrow()
    expect(proxy.targets).toHaveLength(1)
  })

  test('[case 24] a proxy of the environment is not used in library mode', async () => {
    const { proxy, url } = await proxyOf()
    const before = process.env['http_proxy']
    process.env['http_proxy'] = url.href
    try {
      await expect(outgoing()('http://api.invalid:9/')).rejects.toThrow()
      expect(proxy.targets).toEqual([])
    } finally {
      if (before === undefined) delete process.env['http_proxy']
      else process.env['http_proxy'] = before
    }
  })
})

describe('certificate authorities', () => {
  test('[case 24] certificate authorities are trusted beside each other, and unknown ones are not', async () => {
    const port = await serveHttps()
    const url = `https://localhost:${port}/`
    const both = [OTHER.cert, CERTIFICATE.cert]
    expect((await outgoing({ certificateAuthorities: both })(url)).status).toBe(200)
    const { text } = await failureOf(outgoing({ certificateAuthorities: [OTHER.cert] })(url))
    expect(text).toContain('self-signed certificate')
    await failureOf(outgoing()(url))
  })

  test('[case 24] certificate authorities vouch for the names in the certificate alone, through a proxy too', async () => {
    const port = await serveHttps()
    const { url } = await proxyOf()
    const trusting = { certificateAuthorities: [CERTIFICATE.cert] }
    const { text } = await failureOf(
      outgoing({ ...trusting, proxy: { https: url } })(`https://other.test:${port}/`),
    )
    expect(text).toContain('altnames: Host: other.test')
  })
})

describe('the fetch for outgoing connections', () => {
  test('the fetch for outgoing connections presents a client certificate, and only where it has one', async () => {
    const port = await serveHttps({ requestCert: true, rejectUnauthorized: false })
    const trusting = { certificateAuthorities: [CERTIFICATE.cert] }
    const clientCertificate = { certificate: OTHER.cert, key: new Secret(OTHER.key) }
    const { url } = await proxyOf()
    const seenBy = async (fetch: typeof globalThis.fetch, host: string) =>
      ((await (await fetch(`https://${host}:${port}/`)).json()) as { peer?: string }).peer
    const presenting = outgoing({ ...trusting, clientCertificate, proxy: { https: url } })
    expect(await seenBy(presenting, 'localhost')).toBe('localhost')
    expect(await seenBy(presenting, 'api.test')).toBe('localhost')
    expect(await seenBy(outgoing(trusting), 'localhost')).toBeUndefined()
  })

  test('the fetch for outgoing connections ends with its signal, before the answer and within it', async () => {
    const port = await serveHttp((req, res) => {
      if (req.url === '/half') res.writeHead(200).write('half')
    })
    const { url } = await proxyOf()
    const fetch = outgoing({ proxy: { http: url } })
    for (const host of ['localhost', 'api.test']) {
      const controller = new AbortController()
      const { signal } = controller
      const answer = await fetch(`http://${host}:${port}/half`, { signal })
      const none = fetch(`http://${host}:${port}/none`, { signal })
      controller.abort(new Error('enough'))
      await expect(answer.text()).rejects.toThrow('enough')
      await expect(none).rejects.toThrow('enough')
    }
  })

  test('the fetch for outgoing connections takes a Request of the global fetch, and what fetch takes for a body', async () => {
    const port = await serveHttp((req, res) => {
      req.pipe(
        res.writeHead(200, { 'X-Method': req.method ?? '', 'X-A': req.headers['x-a'] ?? '' }),
      )
    })
    const url = `http://localhost:${port}/`
    const fetch = outgoing()
    const init = { method: 'PUT', headers: new Headers({ 'x-a': 'b' }), body: 'text' }
    for (const answer of [await fetch(new Request(url, init)), await fetch(url, init)]) {
      expect([answer.headers.get('x-method'), answer.headers.get('x-a')]).toEqual(['PUT', 'b'])
      expect(await answer.text()).toBe('text')
    }
    const form = await fetch(url, { method: 'POST', body: new URLSearchParams({ a: 'b c' }) })
    expect(await form.text()).toBe('a=b+c')
  })

  test('the fetch for outgoing connections opens a connection for the one call that asks for it, through a proxy too', async () => {
    const ports: unknown[] = []
    const port = await serveHttp((req, res) => {
      res.end(String(ports.push(req.socket.remotePort)))
    })
    const { url } = await proxyOf()
    const fetch = outgoing({ proxy: { http: url }, connections: 1 })
    for (const host of ['localhost', 'api.test']) {
      ports.length = 0
      const fresh = { freshConnection: true }
      for (const init of [{}, {}, fresh, fresh]) {
        await (await fetch(`http://${host}:${port}/`, init)).text()
      }
      expect(ports[1]).toBe(ports[0])
      expect(new Set(ports).size).toBe(3)
    }
  })

  test('the fetch for outgoing connections leaves no connection behind once it is closed', async () => {
    const port = await serveHttp()
    const { url } = await proxyOf()
    const made = createOutgoingFetch({ proxy: { http: url } })
    const { fetch } = made
    await (await fetch(`http://localhost:${port}/`)).text()
    await (await fetch(`http://api.test:${port}/`)).text()
    await made.close()
    await expect(fetch(`http://api.test:${port}/`)).rejects.toThrow()
    await expect(fetch(`http://localhost:${port}/`)).rejects.toThrow()
  })

  test('the fetch for outgoing connections refuses certificates and keys that are none, when it is made', () => {
    const clientCertificate = { certificate: 'none', key: new Secret('none') }
    expect(() => createOutgoingFetch({ clientCertificate })).toThrow()
    expect(() => createOutgoingFetch({ certificateAuthorities: ['none'] })).toThrow()
  })
})
