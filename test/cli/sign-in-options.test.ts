import { describe, expect, test } from 'vitest'
import { run } from '../../cli/doctor/run.js'
import { recordingIo } from '../helpers/command-io.js'

async function wrongUsage(...argv: readonly string[]): Promise<string> {
  const io = recordingIo({ directory: '/nowhere' })
  expect(await run(argv, io)).toBe(2)
  return io.output()
}

describe('the command line of doctor', () => {
  test('--help has no line of more than 80 characters', async () => {
    const io = recordingIo({ directory: '/nowhere' })
    expect(await run(['--help'], io)).toBe(0)
    const lines = io.output().split('\n')
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  test.each([
    [['--client-id', 'curl']],
    [['--scope', 'tool:greet']],
    [['--redirect-uri', 'http://127.0.0.1/callback']],
    [['--no-browser']],
    [['--timeout-seconds', '10']],
  ])('%j without --sign-in is refused: it would do nothing', async (argv) => {
    expect(await wrongUsage(...argv)).toContain('does nothing without --sign-in')
  })

  test.each([['--token-stdin'], ['--token-file=token.txt']])(
    '--sign-in and %s exclude each other',
    async (option) => {
      expect(await wrongUsage('--sign-in', option)).toContain('exclude each other')
    },
  )

  test.each([
    ['--client-id', ''],
    ['--client-id', 'two words'],
    ['--client-id', 'x\u001b[2J'],
    ['--scope', ' '],
    ['--scope', 'a "b"'],
    ['--redirect-uri', 'https://127.0.0.1/callback'],
    ['--redirect-uri', 'http://192.0.2.1/callback'],
    ['--redirect-uri', 'http://localhost.attacker.example/callback'],
    ['--redirect-uri', 'http://127.0.0.1/callback?code=x'],
    ['--redirect-uri', 'http://user@127.0.0.1/callback'],
    ['--redirect-uri', 'callback'],
    ['--timeout-seconds', '0'],
    ['--timeout-seconds', '3601'],
    ['--timeout-seconds', '1.5'],
    ['--timeout-seconds', 'soon'],
  ])('%s %j is refused in one line that names the option', async (option, value) => {
    const output = await wrongUsage('--sign-in', `${option}=${value}`)
    expect(output.trimEnd().split('\n')).toHaveLength(1)
    expect(output).toContain(option)
    expect(output).not.toContain('\u001b')
  })
})
