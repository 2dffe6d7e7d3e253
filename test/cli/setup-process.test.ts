import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../helpers/run.js'

test('setup as a process of its own is given the name of a settings file that does not exist yet', async () => {
  const argv = ['--import', 'tsx', 'cli/main.ts', 'setup', '--domain', 'example.eu.auth0.com']
  const options = ['--api-identifier', 'https://api.example/', '--settings-file', 'new.env']
  const { code, stderr } = await run(process.execPath, [...argv, ...options], {
    cwd: resolve(import.meta.dirname, '../..'),
    // No access to a tenant.
    env: { PATH: process.env['PATH'] },
  })
  expect(stderr).toMatch(/^There is no access to the tenant\. [^\n]+\n$/)
  expect(code).toBe(2)
})
