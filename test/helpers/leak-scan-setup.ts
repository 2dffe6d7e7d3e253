import { afterAll, expect } from 'vitest'
import { leaks } from './leak-scan.js'

// For every test file: nothing that was logged or answered in it holds a token or a secret.
afterAll(() => {
  expect(leaks()).toEqual([])
})
