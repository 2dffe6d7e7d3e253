import { spawn } from 'node:child_process'

/** Opens a web address in the person's browser. Rejects where the program that does so cannot be started. */
export type OpenBrowser = (address: URL) => Promise<void>

interface Surroundings {
  readonly platform: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * How to open a browser that the person in front of this process sees. `undefined` where there is none: no display, a
 * session over SSH, or a platform without a known program for it.
 */
export function browserOpener({ platform, environment }: Surroundings): OpenBrowser | undefined {
  const opener = openerOf(platform, environment)
  if (opener === undefined || isSet(environment, 'SSH_CONNECTION', 'SSH_TTY')) return undefined
  if (platform === 'linux' && !isSet(environment, 'DISPLAY', 'WAYLAND_DISPLAY')) return undefined
  const [program, ...before] = opener
  return async (address) => {
    if (!/^https?:$/.test(address.protocol)) throw new TypeError('a web address is needed')
    await start(program, [...before, address.href], environment)
  }
}

/** The program that hands an address to the browser, and what stands before the address. */
function openerOf(
  platform: string,
  { SystemRoot: windows = 'C:\\Windows' }: Surroundings['environment'],
): readonly [program: string, ...before: string[]] | undefined {
  if (platform === 'darwin') return ['/usr/bin/open']
  if (platform === 'linux') return ['xdg-open']
  // By its whole path: Windows looks for bare names in the working directory first.
  return platform === 'win32'
    ? [`${windows}\\System32\\rundll32.exe`, 'url.dll,FileProtocolHandler']
    : undefined
}

function isSet(environment: Surroundings['environment'], ...names: readonly string[]): boolean {
  return names.some((name) => (environment[name] ?? '') !== '')
}

/** Without a shell, so that nothing in the address is a command. Ends of the program are nobody's business. */
function start(
  program: string,
  argv: readonly string[],
  env: Surroundings['environment'],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { env, stdio: 'ignore', detached: true, windowsHide: true })
    child.once('error', reject)
    child.once('spawn', () => {
      child.unref()
      resolve()
    })
  })
}
