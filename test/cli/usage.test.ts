import { afterEach, describe, expect, test, vi } from 'vitest'
import { runDevelopmentCommand } from '../../apps/development/command.js'
import { runToken } from '../../apps/development/run-token.js'
import { runCommandLine } from '../../cli/command-line.js'
import { COMMANDS } from '../../cli/commands.js'

/** The command `dev` hands its arguments on to a package of its own. */
const PROGRAMS: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  ...Object.fromEntries(
    Object.keys(COMMANDS).map((name) => [
      name,
      (argv: readonly string[]) =>
        runCommandLine([name, ...argv], {
          commands: COMMANDS,
          stdout: process.stdout,
          stderr: process.stderr,
        }),
    ]),
  ),
  dev: runDevelopmentCommand,
  token: (argv) => runToken(argv, 'npm run --silent token --'),
  'dev token': (argv) => runDevelopmentCommand(['token', ...argv]),
}

async function say(program: string, ...argv: readonly string[]) {
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += String(text)
      return true
    })
  }
  const code = await PROGRAMS[program]?.(argv)
  vi.restoreAllMocks()
  return { code, ...said }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the help of the commands', () => {
  test.each(Object.keys(PROGRAMS))(
    '%s --help fits into 80 columns, and says how the command is called',
    async (program) => {
      const { code, stdout, stderr } = await say(program, '--help')
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toMatch(/^usage: /i)
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    },
  )

  test('the help of all fits into 80 columns', async () => {
    let help = ''
    const out = { write: (text: string) => (help += text) }
    await runCommandLine(['--help'], { commands: COMMANDS, stdout: out, stderr: out })
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test.each(Object.keys(PROGRAMS))(
    'an argument that %s does not know is answered by one line and exit code 2',
    async (program) => {
      const { code, stdout, stderr } = await say(program, '--no-such-option')
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(/^[^\n]+\n$/)
      expect(stderr).toContain('--help')
    },
  )

  test.each([
    [['--profile', 'both']],
    [['--clients', 'all']],
    [['--domain', 'https://example.com/path']],
    [['--server-url', 'nonsense']],
    [['--subject-token-type', 'urn:example:mcp']],
    [['--yes', '--dry-run']],
    [['--role']],
    [['--connection', ' ', '--export', 'terraform']],
    [['--settings-file', '', '--export', 'terraform']],
    [['--server-identifier', 'https://api.example/', '--no-settings-file']],
    [['--server-identifier', 'https://api.example/', '--export', 'terraform']],
  ])('setup with %j is wrong usage: one line, exit code 2', async (argv) => {
    const needed = ['--domain', 'example.eu.auth0.com', '--api-identifier', 'https://api.example/']
    const { code, stderr } = await say('setup', ...needed, ...argv)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^[^\n]+\n$/)
  })

  test.each([[[]], [['--user']], [['--user=']], [['alice']], [['--user', 'a', '--issuer', 'x']]])(
    'token with %j is wrong usage: one line that does not repeat it, exit code 2',
    async (argv) => {
      const { code, stdout, stderr } = await say('token', ...argv)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(/^[^\n]+\n$/)
      expect(stderr).not.toContain('alice')
    },
  )
})
