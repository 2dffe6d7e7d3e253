import { afterAll } from 'vitest'
import { assertRecordsFit } from './audit-records.js'
import { assertNoLeaks } from './leak-scan.js'

// For every test file: nothing that was logged or answered in it holds a token or a secret.
afterAll(assertNoLeaks)
// Nor is there a record of the audit that is not as its schema says.
afterAll(assertRecordsFit)
