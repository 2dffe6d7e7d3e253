import { describe, expect, test } from 'vitest'
import { runCommandLine } from '../../../cli/command-line.js'
import type { Command } from '../../../cli/commands.js'
import { serve } from '../../../cli/serve.js'
import { UsageError } from '../../../cli/usage-error.js'
import { VERSION } from '../../../src/version.js'

interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

describe('the command line', () => {
  const given: (readonly string[])[] = []
  const commands: Record<string, Command> = {
    count: {
      summary: 'counts what it is given',
      run: (argv) => {
        given.push(argv)
        return Promise.resolve(argv.length)
      },
    },
    'refuse-all': {
      summary: 'refuses',
      run: () => Promise.reject(new UsageError('refuse-all takes no arguments.')),
    },
    break: { summary: 'breaks', run: () => Promise.reject(new Error('no disk')) },
  }

  const say = async (...argv: string[]): Promise<Said> => {
    let [stdout, stderr] = ['', '']
    const code = await runCommandLine(argv, {
      commands,
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
    })
    return { code, stdout, stderr }
  }

  test('the command line hands a command what stands behind its name, and ends with its exit code', async () => {
    expect(await say('count', '--a', 'b', '--help')).toEqual({ code: 3, stdout: '', stderr: '' })
    expect(given).toEqual([['--a', 'b', '--help']])
  })

  test.each([['--help'], ['-h'], ['help']])('%s lists every command', async (option) => {
    const { code, stdout } = await say(option)
    expect(code).toBe(0)
    expect(stdout).toContain('  count       counts what it is given\n')
    expect(stdout).toContain('  refuse-all  refuses\n')
  })

  test.each([['--version'], ['-v']])('%s says the version', async (option) => {
    expect(await say(option)).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' })
  })

  test.each([
    [['cuont'], 'no command "cuont"'],
    [['--verbose', 'count'], 'no option "--verbose"'],
    [['toString'], 'no command "toString"'],
    [[], 'needs a command'],
  ])('%j cannot be understood: exit code 2, the commands named', async (argv, text) => {
    const { code, stdout, stderr } = await say(...argv)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(text)
    expect(stderr).toContain('count, refuse-all, break')
  })

  test.each([
    ['--client-secret=hunter2-and-more'],
    ['eyJhbGciOiJSUzI1NiJ9.e30.c2ln'],
    ['Zk3n_0pPq-9vT1xLw8'],
  ])('%s may be a secret, and is not repeated', async (word) => {
    const { code, stderr } = await say(word, 'count')
    expect(code).toBe(2)
    expect(stderr).toMatch(/has no (?:option|command) of that name\./)
    expect(stderr).not.toContain(word)
    expect(stderr).not.toContain('hunter2')
  })

  test('the command line serve does not repeat what it was given', async () => {
    const refused = serve(['--client-secret=hunter2-and-more']).catch((error: unknown) => error)
    expect(await refused).toBeInstanceOf(UsageError)
    expect(String(await refused)).toContain('serve takes no arguments')
    expect(String(await refused)).not.toContain('hunter2')
  })

  test("a command's own usage error is exit code 2, any other failure 1", async () => {
    expect(await say('refuse-all', 'x')).toMatchObject({
      code: 2,
      stderr: 'refuse-all takes no arguments. See mcp-on-behalf-of --help.\n',
    })
    expect(await say('break')).toMatchObject({
      code: 1,
      stderr: 'mcp-on-behalf-of break failed: no disk\n',
    })
  })
})
