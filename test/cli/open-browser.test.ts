import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { browserOpener } from '../../cli/open-browser.js'
import { startHttpServer } from '../helpers/start-http-server.js'

/** A directory with a program that opens what it is given, as a browser would: by asking for it. */
function directoryWithBrowser(): string {
  const directory = mkdtempSync(join(tmpdir(), 'browser-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const program = join(directory, 'xdg-open')
  const lines = [
    `#!${process.execPath}`,
    `import('node:http').then(({ get }) => get(process.argv[2]))`,
  ]
  writeFileSync(program, lines.join('\n'))
  chmodSync(program, 0o755)
  return directory
}

describe('the browser of the person in front of a command', () => {
  test.each([
    ['linux', {}],
    ['linux', { DISPLAY: '' }],
    ['linux', { DISPLAY: ':0', SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' }],
    ['darwin', { SSH_TTY: '/dev/ttys001' }],
    ['freebsd', { DISPLAY: ':0' }],
    ['constructor', { DISPLAY: ':0' }],
  ])('is not there on %s with %j', (platform, environment) => {
    expect(browserOpener({ platform, environment })).toBeUndefined()
  })

  test.each([
    ['linux', { DISPLAY: ':0' }],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }],
    ['darwin', {}],
    ['win32', {}],
  ])('is there on %s with %j', (platform, environment) => {
    expect(browserOpener({ platform, environment })).toBeTypeOf('function')
  })

  test('gets the address as one argument, whatever is in it', async () => {
    let visit: (path: string) => void = () => undefined
    const visited = new Promise<string>((resolve) => {
      visit = resolve
    })
    const { origin } = await startHttpServer((req, res) => {
      res.end()
      visit(req.url ?? '')
    })
    const environment = { DISPLAY: ':0', PATH: directoryWithBrowser() }
    const open = browserOpener({ platform: 'linux', environment })
    await open?.(new URL(`${origin}/authorize?a=$(touch x)&b=;c|d&e="f`))
    expect(await visited).toBe('/authorize?a=$(touch%20x)&b=;c|d&e=%22f')
  })

  test('that cannot be started is a rejection, and what is no web address is refused', async () => {
    const environment = { DISPLAY: ':0', PATH: tmpdir() }
    const open = browserOpener({ platform: 'linux', environment })
    await expect(open?.(new URL('https://as.example/'))).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(open?.(new URL('file:///etc/passwd'))).rejects.toThrow(TypeError)
  })
})
