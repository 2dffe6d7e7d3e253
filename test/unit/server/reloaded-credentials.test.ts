import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createSelfSignedCertificate } from '../../../apps/authorization-server/testing/self-signed-certificate.js'
import { parseConfig } from '../../../src/config/config.js'
import type { ClientCredentials } from '../../../src/config/client-credentials.js'
import { reloadCredentials } from '../../../src/server/reloaded-credentials.js'
import type { Timers } from '../../../src/time/clock.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { GOOD } from '../config/good-settings.js'

const directories: string[] = []

afterEach(async () => {
  await Promise.all(directories.splice(0).map((path) => rm(path, { recursive: true })))
})

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'credentials-'))
  directories.push(path)
  return path
}

/** Timers that a test lets go off, and that tell when the look is over: then the next one is set. */
function lookTimers() {
  let due: (() => void) | undefined
  let isSet: () => void = () => undefined
  const delays: number[] = []
  const timers: Timers = {
    after: (delayMs, run) => {
      delays.push(delayMs)
      due = run
      isSet()
      return { cancel: () => undefined }
    },
  }
  const look = (): Promise<void> =>
    new Promise((resolve) => {
      isSet = resolve
      due?.()
    })
  return { timers, delays, look }
}

async function setUp(texts: Readonly<Record<string, string>>, at?: string) {
  const home = at ?? (await directory())
  const environment: Record<string, string> = { ...GOOD, MCP_AUTH0_CLIENT_SECRET: '' }
  const pathOf = (name: string): string => join(home, name)
  for (const [name, text] of Object.entries(texts)) {
    if (at === undefined) await writeFile(pathOf(name), text)
    environment[name] = text.trim()
    environment[`${name}_FILE`] = pathOf(name)
  }
  const config = parseConfig(environment)
  if (config.credentialFiles === undefined) throw new Error('no files')
  const log = new RecordingLog()
  const { timers, delays, look } = lookTimers()
  const changes: ClientCredentials[] = []
  const credentials = reloadCredentials({
    ...{ files: config.credentialFiles, initial: config.exchange, log, timers },
    onChange: (changed) => changes.push(changed),
  })
  credentials.start()
  const secret = (): string | undefined => {
    const now = credentials.source.current()
    return 'secret' in now ? now.secret.reveal() : undefined
  }
  return { home, pathOf, log, delays, look, credentials, changes, secret }
}

const SECRET = 'MCP_AUTH0_CLIENT_SECRET'
const KEY = 'MCP_AUTH0_CLIENT_PRIVATE_KEY'
const CERTIFICATE = 'MCP_AUTH0_CLIENT_CERTIFICATE'

const ecKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()

test('a secret that has changed in its file is used once two looks in a row have seen it', async () => {
  const { pathOf, look, secret, delays, log } = await setUp({ [SECRET]: 'first' })
  await writeFile(pathOf(SECRET), 'second\n')
  await look()
  expect(secret()).toBe('first')
  await look()
  expect(secret()).toBe('second')
  expect(delays).toEqual([30_000, 2_000, 30_000])
  expect(log.named('credentials_reloaded').map(({ fields }) => fields['settings'])).toEqual([
    [SECRET],
  ])
  expect(log.text()).not.toMatch(/first|second/)
})

test('a half-written secret is never used by the looks that are made now and then', async () => {
  const { pathOf, look, secret } = await setUp({ [SECRET]: 'first' })
  for (const text of ['sec', 'second', 'second', 'second']) {
    await writeFile(pathOf(SECRET), text)
    await look()
    expect(['first', 'second']).toContain(secret())
  }
  expect(secret()).toBe('second')
})

test('a refusal by the authorization server has the file read at once', async () => {
  const { pathOf, secret, credentials } = await setUp({ [SECRET]: 'first' })
  const before = credentials.source.current()
  await credentials.source.refresh?.()
  expect(credentials.source.current()).toBe(before)
  await writeFile(pathOf(SECRET), 'second')
  await credentials.source.refresh?.()
  expect(secret()).toBe('second')
})

test('a secret whose link is swapped, as Kubernetes does it, is used', async () => {
  const home = await directory()
  const versions = [join(home, 'v1'), join(home, 'v2')] as const
  await writeFile(versions[0], 'first')
  await writeFile(versions[1], 'other')
  await symlink(versions[0], join(home, SECRET))
  const { look, secret } = await setUp({ [SECRET]: 'first' }, home)
  await symlink(versions[1], join(home, 'next'))
  await rename(join(home, 'next'), join(home, SECRET))
  await look()
  await look()
  expect(secret()).toBe('other')
})

test.each([
  ['is gone', undefined, 'MCP_AUTH0_CLIENT_SECRET_FILE cannot be read: no such file'],
  ['is empty', ' \n', 'MCP_AUTH0_CLIENT_SECRET_FILE names an empty file'],
  ['holds quotes', '"second"', 'MCP_AUTH0_CLIENT_SECRET'],
])(
  'where the file %s, the last good secret stays in use, and one line says what to change',
  async (_what, text, hint) => {
    const { pathOf, look, secret, log } = await setUp({ [SECRET]: 'first' })
    if (text === undefined) await rm(pathOf(SECRET))
    else await writeFile(pathOf(SECRET), text)
    for (let looks = 0; looks < 6; looks += 1) await look()
    expect(secret()).toBe('first')
    const lines = log.named('credentials_not_reloaded')
    expect(lines.map(({ level }) => level)).toEqual(['warn'])
    expect(lines[0]?.fields['hint']).toContain(hint)
    expect(lines[0]?.fields['hint']).toContain('The credentials that were read before stay in use.')
    await writeFile(pathOf(SECRET), 'third')
    await look()
    await look()
    expect(secret()).toBe('third')
  },
)

test('an operator who asks for it is told at once what is wrong, each time', async () => {
  const { pathOf, credentials, log } = await setUp({ [SECRET]: 'first' })
  await writeFile(pathOf(SECRET), '')
  await credentials.reload()
  await credentials.reload()
  expect(log.named('credentials_not_reloaded')).toHaveLength(2)
})

test('a private key of another type takes the place of the first', async () => {
  const { pathOf, credentials, look } = await setUp({ [KEY]: ecKey() })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
  await writeFile(pathOf(KEY), rsa)
  await look()
  await look()
  const now = credentials.source.current()
  expect('privateKey' in now ? now.privateKey.reveal() : undefined).toBe(rsa.trim())
})

test('a certificate and its key that change one after the other are used once they belong together', async () => {
  const [first, second] = await Promise.all([
    createSelfSignedCertificate(),
    createSelfSignedCertificate(),
  ])
  const { pathOf, look, changes, log } = await setUp({
    [CERTIFICATE]: first.cert,
    [KEY]: first.key,
  })
  await writeFile(pathOf(CERTIFICATE), second.cert)
  await look()
  await writeFile(pathOf(KEY), second.key)
  await look()
  await look()
  expect(changes.map(({ clientCertificate }) => clientCertificate?.certificate.trim())).toEqual([
    second.cert.trim(),
  ])
  expect(log.named('credentials_not_reloaded')).toEqual([])
})

test('credentials that no file holds are not watched', () => {
  expect(parseConfig(GOOD).credentialFiles).toBeUndefined()
})

test('a file that has become a pipe keeps no exchange waiting, and is named in the log', async () => {
  const { pathOf, secret, credentials, log } = await setUp({ [SECRET]: 'first' })
  await rm(pathOf(SECRET))
  execFileSync('mkfifo', [pathOf(SECRET)])
  await credentials.source.refresh?.()
  await credentials.reload()
  expect(secret()).toBe('first')
  expect(log.named('credentials_not_reloaded').map(({ fields }) => fields['hint'])).toEqual([
    expect.stringContaining('no regular file'),
  ])
})

test('a file without an end is not read', async () => {
  const { pathOf, secret, credentials, log } = await setUp({ [SECRET]: 'first' })
  await rm(pathOf(SECRET))
  await symlink('/dev/zero', pathOf(SECRET))
  await credentials.reload()
  expect(secret()).toBe('first')
  expect(log.text()).toContain('no regular file')
})
