import { afterAll } from 'vitest'
import { assertNoLeaks } from './leak-scan.js'

// For every test file: nothing that was logged or answered in it holds a token or a secret.
afterAll(assertNoLeaks)
