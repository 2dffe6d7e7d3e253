import { expect, test } from 'vitest'
import config from '../../../vitest.config.js'
import { assertNoLeaks, keepForScan, leaks } from '../../helpers/leak-scan.js'
import { RecordingLog } from '../../helpers/recording-log.js'

const TOKEN = `${'eyJ'.padEnd(20, 'a')}.${'eyJ'.padEnd(20, 'b')}.${'c'.repeat(40)}`

test('the scan after each test file finds tokens and secrets, in log lines and answers', () => {
  keepForScan('answer', `{"text":"${TOKEN}"}`)
  new RecordingLog().info({ event: 'x', deep: { token: TOKEN } })
  keepForScan('answer', 'client_secret=secret-of-the-mcp-server')
  keepForScan('answer', 'nothing')
  expect(leaks()).toHaveLength(3)
  expect(leaks()).toEqual([])
})

test('the scan fails a test file that leaks, and is set up for every one', () => {
  keepForScan('answer', `{"text":"${TOKEN}"}`)
  expect(assertNoLeaks).toThrow('tokens or secrets got out')
  expect(assertNoLeaks).not.toThrow()
  const projects = (config.test?.projects ?? []).flatMap((project) =>
    typeof project === 'object' && 'test' in project ? [project.test] : [],
  )
  const unscanned = projects.filter(
    (project) => project.setupFiles?.includes('test/helpers/leak-scan-setup.ts') !== true,
  )
  expect(projects).toHaveLength(8)
  expect(unscanned.map((project) => project.name)).toEqual(['package'])
})
