import { expect, test } from 'vitest'
import { PROBLEMS } from '../../cli/doctor/connector/problem-table.js'
import { textsIn } from './tested-ids.js'

test('every problem that the command can name is named in some test', () => {
  const tested = textsIn(import.meta.dirname)
  const untested = Object.keys(PROBLEMS).filter((id) => !tested.includes(`'${id}'`))
  expect(untested).toEqual([])
})

test('every cure is a sentence that says what to do, in the words of the field', () => {
  for (const { cure } of Object.values(PROBLEMS)) {
    expect(cure).toMatch(/^[A-Z].*\.$/)
  }
})
