import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { nodeVersionFault } from '../../cli/node-version.js'
import { run } from '../helpers/run.js'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')

describe('the command line on an old Node', () => {
  test.each(['18.20.8', '20.18.3', '20.9.0', '16.0.0'])('refuses %s', (version) => {
    expect(nodeVersionFault(version)).toBe(`needs Node 20.19 or newer, this is ${version}.`)
  })

  test.each(['20.19.0', '20.20.1', '22.0.0', '24.1.0-nightly20250101'])('takes %s', (version) => {
    expect(nodeVersionFault(version)).toBeUndefined()
  })

  test('says the same as package.json', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } }
    expect(nodeVersionFault('0.0.0')).toContain(`Node ${engines.node.replace('>=', '')} or newer`)
  })

  test('knows its version before anything is loaded that an old one has not', () => {
    const imports = (path: string) => [...read(path).matchAll(/^import .*/gm)].map(([line]) => line)
    expect(imports('cli/main.ts')).toEqual(["import { nodeVersionFault } from './node-version.js'"])
    expect(imports('cli/node-version.ts')).toEqual([])
  })

  test('says what it needs, and ends with 1', async () => {
    const versions = "{ value: { ...process.versions, node: '18.20.8' } }"
    const old = `data:text/javascript,Object.defineProperty(process, 'versions', ${versions})`
    const argv = ['--import', 'tsx', '--import', old, 'cli/main.ts', '--version']
    const { code, stdout, stderr } = await run(process.execPath, argv, { cwd: ROOT.pathname })
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'mcp-on-behalf-of needs Node 20.19 or newer, this is 18.20.8.\n',
    })
  })
})
