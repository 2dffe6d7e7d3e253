import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { GLEWLWYD, GLEWLWYD_TABLES, SQLITE } from '../../../scripts/ensure-glewlwyd.js'
import { freePort } from '../../clients/parts/free-port.js'

/** A running glewlwyd with nothing in it but its administrator. */
export interface Glewlwyd {
  readonly origin: string
  close(): Promise<void>
}

const PATIENCE_MS = 60_000
const POLL_MS = 50

/** Starts Debian's glewlwyd on loopback, with a database in a directory of its own, which goes with it. */
export async function startGlewlwyd(): Promise<Glewlwyd> {
  const directory = mkdtempSync(join(tmpdir(), 'glewlwyd-'))
  const database = join(directory, 'database')
  createDatabase(database)
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const configFile = join(directory, 'glewlwyd.conf')
  const logFile = join(directory, 'log')
  writeFileSync(configFile, configuration({ port, origin, database, logFile }))
  const child = spawn(GLEWLWYD, [`--config-file=${configFile}`], { stdio: 'ignore' })
  // Without a listener, a program that cannot be started would end this process.
  child.once('error', () => undefined)
  const atExit = (): void => void child.kill('SIGKILL')
  process.once('exit', atExit)
  const close = async (): Promise<void> => {
    process.off('exit', atExit)
    await end(child)
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await answers(origin, child)
  } catch (error) {
    const log = readFileSync(logFile, { encoding: 'utf8', flag: 'a+' }).slice(-2_000)
    await close()
    throw new Error(`glewlwyd did not start: ${log}`, { cause: error })
  }
  return { origin, close }
}

function createDatabase(path: string): void {
  const { status, stderr } = spawnSync(SQLITE, ['-bail', path], {
    input: readFileSync(GLEWLWYD_TABLES),
    encoding: 'utf8',
    timeout: PATIENCE_MS,
  })
  if (status !== 0) throw new Error(`the database of glewlwyd could not be created: ${stderr}`)
}

interface Place {
  readonly port: number
  readonly origin: string
  readonly database: string
  readonly logFile: string
}

function configuration({ port, origin, database, logFile }: Place): string {
  return `
port=${port}
bind_address="127.0.0.1"
external_url="${origin}"
login_url="login.html"
api_prefix="api"
log_mode="file"
log_level="WARNING"
log_file="${logFile}"
cookie_secure=0
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
database={ type="sqlite3" path="${database}" };
`
}

/** Resolves when the server answers; rejects when its process has ended, or takes too long. */
async function answers(origin: string, child: ChildProcess): Promise<void> {
  const start = performance.now()
  for (;;) {
    try {
      await (await fetch(`${origin}/api/`)).body?.cancel()
      return
    } catch (error) {
      if (hasEnded(child) || performance.now() - start > PATIENCE_MS) throw error
      await setTimeout(POLL_MS)
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}
