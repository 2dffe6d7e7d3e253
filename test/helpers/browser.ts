import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { chromium, type Browser } from 'playwright-core'

const EXECUTABLE = '/usr/bin/chromium'
const run = promisify(execFile)

/** Starts the Chromium that {@link ensureChromium} finds, without a window; the caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await ensureChromium(),
    timeout: 60_000,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/**
 * Returns the path of Debian's Chromium, or of the one that `CHROMIUM` names.
 *
 * Installs it where that can be done (Debian, as root, package missing), which takes minutes; else rejects with
 * what to do.
 */
export async function ensureChromium(): Promise<string> {
  const named = process.env['CHROMIUM']
  const path = named ?? EXECUTABLE
  if (existsSync(path)) return path
  if (named === undefined && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    await install()
    return path
  }
  throw new Error(
    `There is no Chromium at ${path}. Install it (Debian: apt-get update && apt-get install -y chromium), or name another executable in CHROMIUM.`,
  )
}

async function install(): Promise<void> {
  const options = {
    timeout: 300_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  await run('apt-get', ['update'], options)
  await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], options)
}
