import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { planText } from '../../../cli/setup/plan-text.js'
import { ROOT } from '../../../scripts/docs/pages.js'
import { ConfigError } from '../../../src/config/config-error.js'

const planOf = (count: number) => [
  {
    step: { name: 'a step', inspect: () => Promise.reject(new Error('is not called')) },
    inspection: {
      changes: Array.from({ length: count }, () => ({
        ...{ summary: 'create it', details: [] },
        perform: () => Promise.resolve(),
      })),
    },
  },
]

const ISSUE = { key: 'PORT', hint: 'is missing' }

/** The texts of a program that say a number and leave the noun's number open: `3 change(s)`. */
function openPlurals(file: string): readonly string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(ROOT, file), 'utf8'),
    ts.ScriptTarget.Latest,
  )
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (
      (ts.isStringLiteralLike(node) ||
        ts.isTemplateHead(node) ||
        ts.isTemplateMiddleOrTemplateTail(node)) &&
      /(?<!\bhttp)\(s\)/.test(node.text)
    ) {
      found.push(`${file}: ${node.text}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

describe('a number in what the programs print', () => {
  test.each([
    [1, 'The configuration has 1 issue:\n'],
    [2, 'The configuration has 2 issues:\n'],
  ])('[B11] the issues of a configuration are counted with the right noun: %d', (count, text) => {
    const { message } = new ConfigError(Array.from({ length: count }, () => ISSUE))
    expect(message.startsWith(text)).toBe(true)
  })

  test.each([
    [1, '\n1 change. Nothing is deleted.\n'],
    [2, '\n2 changes. Nothing is deleted.\n'],
  ])('[B11] the changes of a set-up are counted with the right noun: %d', (count, text) => {
    expect(planText('example.eu.auth0.com', planOf(count))).toContain(text)
  })

  test('[B11] no program prints "(s)" behind a noun', () => {
    const files = execFileSync(
      'git',
      ['ls-files', 'src', 'middleware', 'routes', 'cli', 'apps', 'scripts', 'bench'],
      { cwd: ROOT, encoding: 'utf8' },
    )
    const programs = files.split('\n').filter((file) => file.endsWith('.ts'))
    expect(programs.length).toBeGreaterThan(200)
    expect(programs.flatMap(openPlurals)).toEqual([])
  })
})
