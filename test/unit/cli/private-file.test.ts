import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writePrivateFile } from '../../../cli/setup/private-file.js'
import { run } from '../../helpers/run.js'

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'private-file-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true })
  })
  return directory
}

test.each([false, true])(
  'a file with secrets is its owner’s alone, and no draft stays beside it (replace: %s)',
  (replace) => {
    const directory = temporaryDirectory()
    const path = join(directory, '.env')
    writePrivateFile(path, 'A=1', replace)
    expect(readFileSync(path, 'utf8')).toBe('A=1')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(path).nlink).toBe(1)
    expect(readdirSync(directory)).toEqual(['.env'])
  },
)

test('a file with secrets does not take the place of one that is there, nor of a link', () => {
  const directory = temporaryDirectory()
  const [file, link, target] = ['file', 'link', 'target'].map((name) => join(directory, name))
  if (file === undefined || link === undefined || target === undefined) throw new Error('names')
  writeFileSync(file, 'old')
  symlinkSync(target, link)
  for (const path of [file, link]) {
    expect(() => {
      writePrivateFile(path, 'new', false)
    }).toThrow(expect.objectContaining({ code: 'EEXIST' }))
  }
  expect(readFileSync(file, 'utf8')).toBe('old')
  expect(readdirSync(directory).toSorted()).toEqual(['file', 'link'])
})

test('a file with secrets that breaks off in writing is not there', async () => {
  const directory = temporaryDirectory()
  const module = resolve(import.meta.dirname, '../../../cli/setup/private-file.ts')
  const program = `import(${JSON.stringify(module)}).then(({ writePrivateFile }) => writePrivateFile(${JSON.stringify(join(directory, '.env'))}, 'x'.repeat(100_000), false))`
  // No file may become longer than 16 blocks of 512 or 1024 bytes.
  const limited = 'ulimit -f 16; TSX_DISABLE_CACHE=1 exec "$0" --import tsx -e "$1"'
  const { code, stderr } = await run('sh', ['-c', limited, process.execPath, program], {
    cwd: resolve(import.meta.dirname, '../../..'),
  })
  expect(code).not.toBe(0)
  expect(stderr).toContain('EFBIG')
  expect(readdirSync(directory)).toEqual([])
})
