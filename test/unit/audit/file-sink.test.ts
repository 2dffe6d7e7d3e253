import { execFileSync } from 'node:child_process'
import {
  constants,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFileSink } from '../../../src/audit/file-sink.js'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'))
  path = join(directory, 'audit.jsonl')
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

const batch = (lines: string) => ({ records: [], lines })

test('the audit file is created for its owner alone, and appended to', async () => {
  const first = createFileSink(path)
  await first.deliver(batch('1\n'))
  await first.close()
  const second = createFileSink(path)
  await second.deliver(batch('2\n3\n'))
  await second.close()
  expect(readFileSync(path, 'utf8')).toBe('1\n2\n3\n')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('an audit file that was moved away is opened anew, without a signal', async () => {
  const sink = createFileSink(path)
  await sink.deliver(batch('1\n'))
  renameSync(path, `${path}.1`)
  await sink.deliver(batch('2\n'))
  await sink.close()
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('1\n')
  expect(readFileSync(path, 'utf8')).toBe('2\n')
})

test('an audit file that was removed is created again', async () => {
  const sink = createFileSink(path)
  await sink.deliver(batch('1\n'))
  rmSync(path)
  await sink.deliver(batch('2\n'))
  await sink.close()
  expect(readFileSync(path, 'utf8')).toBe('2\n')
})

test('an audit file in a directory that does not exist is a failure at once', () => {
  expect(() => createFileSink(join(directory, 'none', 'audit.jsonl'))).toThrow('ENOENT')
})

test('an audit file that was emptied goes on from its beginning', async () => {
  const sink = createFileSink(path)
  await sink.deliver(batch('1\n'))
  truncateSync(path)
  await sink.deliver(batch('2\n'))
  await sink.close()
  expect(readFileSync(path, 'utf8')).toBe('2\n')
})

test('an audit file that is a pipe is a failure at once, whether or not somebody reads it', () => {
  execFileSync('mkfifo', [path])
  expect(() => createFileSink(path)).toThrow('ENXIO')
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  expect(() => createFileSink(path)).toThrow('is a pipe')
  closeSync(reader)
})

test('a device takes records', async () => {
  const sink = createFileSink('/dev/null')
  await sink.deliver(batch('1\n'))
  await sink.close()
})
