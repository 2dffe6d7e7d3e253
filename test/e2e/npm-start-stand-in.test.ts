import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { decodeJwt } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../helpers/run.js'

const ROOT = resolve(import.meta.dirname, '../..')
const TSX = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href

test('IDENTITY_PROVIDER=okta starts the stand-in in place of the authorization server, says so, and gives tokens', async () => {
  const child = spawn(process.execPath, ['--import', TSX, join(ROOT, 'apps/development/main.ts')], {
    cwd: tmpdir(),
    env: {
      PATH: process.env['PATH'],
      IDENTITY_PROVIDER: 'okta',
      ...{ PORT: '0', DEV_API_PORT: '0', DEV_AUTHORIZATION_SERVER_PORT: '0' },
    },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let text = ''
  await new Promise<void>((ready) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('Ctrl-C stops')) ready()
    })
    child.once('close', ready)
  })
  expect(text).toContain('development set-up with a stand-in for Okta')
  expect(text).toContain('never compared with the real service')

  const [, issuer = ''] = /--issuer (\S+)/.exec(text) ?? []
  const [, resource = ''] = /--resource ([^\s)]+)/.exec(text) ?? []
  const at = ['--user', 'alice', '--issuer', issuer, '--resource', resource]
  const program = ['--import', 'tsx', 'apps/development/token.ts', ...at]
  const { code, stdout, stderr } = await run(process.execPath, program, { cwd: ROOT })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(decodeJwt(stdout.trim())).toMatchObject({ aud: resource, sub: 'alice@okta.example' })

  child.kill('SIGINT')
  const [exitCode] = (await once(child, 'close')) as [number | null]
  expect(exitCode).toBe(0)
})
