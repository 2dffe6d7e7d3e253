import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '../../cli/doctor/connector/problem-table.js'
import { failureTexts } from '../../scripts/docs/failure-texts.js'
import { ROOT } from '../../scripts/docs/pages.js'
import { shellBlocks } from '../../scripts/docs/shell-blocks.js'
import { startStack } from '../../apps/development/start-stack.js'
import { scriptedResults } from '../clients/scripted/results.js'
import { runWell } from '../helpers/run.js'

const page = readFileSync(join(ROOT, 'docs/it-does-not-connect.md'), 'utf8')
/** As somebody reads it. */
const shown = page.replaceAll(/\\([\\<*_`[\]])/g, '$1').replaceAll(/\s+/g, ' ')

const NO_CURE = 'What cannot be cured here'
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ title: text.split('\n', 1)[0] ?? '', text: text.trimEnd() }))

describe('docs/it-does-not-connect.md', () => {
  test('has every text of a refusal, word for word', () => {
    const texts = failureTexts().map(({ text }) => text.replaceAll(/\s+/g, ' '))
    expect(texts.filter((text) => !shown.includes(text))).toEqual([])
  })

  test('has every problem of doctor --connector', () => {
    expect(Object.keys(PROBLEMS).filter((id) => !page.includes(`\`${id}\``))).toEqual([])
  })

  test('has what the person reads wherever a scripted client does not get through', () => {
    const listed = [...shown.matchAll(/(?:^| )- (.+?) → /g), ...shown.matchAll(/“([^”]{20,})”/g)]
    const patterns = listed.map(([, text = '']) => asPattern(text))
    const told = Object.entries(scriptedResults()).flatMap(([client, attempts]) =>
      attempts.flatMap((attempt) => (attempt.told === null ? [] : [`${client}: ${attempt.told}`])),
    )
    expect(told.length).toBeGreaterThan(3)
    expect(told.filter((text) => !patterns.some((pattern) => pattern.test(text)))).toEqual([])
  })

  test.each(sections.filter(({ title }) => title !== NO_CURE))(
    '“$title” ends with one command',
    ({ text }) => {
      const last = shellBlocks(text).at(-1)
      expect(last?.commands).toHaveLength(1)
      expect(text.endsWith(`${last?.text.trim() ?? ''}\n\`\`\``)).toBe(true)
    },
  )

  test('says plainly what cannot be cured', () => {
    expect(sections.at(-1)?.title).toBe(NO_CURE)
    expect(sections.at(-1)?.text).toContain('there will be none')
  })

  test('its curl shows what a client gets', async () => {
    const command = shellBlocks(page)
      .flatMap(({ commands }) => commands)
      .find((each) => each.startsWith('curl '))
    const stack = await startStack({ ports: { authorizationServer: 0, api: 0, mcp: 0 } })
    try {
      const line = command?.replace('https://mcp.example.com/mcp', stack.endpoint.href) ?? ''
      const { stdout } = await runWell('bash', ['-c', line], { cwd: ROOT })
      expect(stdout).toMatch(/^HTTP\/1\.1 401 [^]*Sign in: this server needs an access token\./)
    } finally {
      await stack.close()
    }
  })
})

function asPattern(text: string): RegExp {
  const parts = text.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(parts.join('.*'))
}
