import { describe, expect, test } from 'vitest'
import { SETTINGS } from '../../../src/config/settings.js'
import { unknownSettings } from '../../../src/config/unknown-settings.js'

/** What the `.env` of Auth0's quickstarts holds. */
const QUICKSTART = [
  ...['AUTH0_DOMAIN', 'AUTH0_AUDIENCE', 'PORT', 'MCP_SERVER_URL', 'MCP_AUTH0_CLIENT_ID'],
  ...['MCP_AUTH0_CLIENT_SECRET', 'MCP_AUTH0_SUBJECT_TOKEN_TYPE', 'MCP_AUTH0_EXCHANGE_SCOPE'],
  ...['API_AUTH0_AUDIENCE', 'API_BASE_URL'],
]

describe('the names of a settings file', () => {
  test.each([
    ['RATE_LIMIT_PER_ADRESS', 'RATE_LIMIT_PER_ADDRESS'],
    ['ALOWED_HOST', 'ALLOWED_HOSTS'],
    ['log_level', 'LOG_LEVEL'],
    ['MCP_AUTH0_CLIENT_SECRET_FIL', 'MCP_AUTH0_CLIENT_SECRET_FILE'],
  ])(
    'the names of a settings file that are misspelt are told what was meant: %s',
    (name, nearest) => {
      expect(unknownSettings(['PORT', name])).toEqual([{ name, nearest }])
    },
  )

  test('the names of a settings file that resemble nothing are named alone', () => {
    expect(unknownSettings(['SOME_OTHER_PROGRAM'])).toEqual([{ name: 'SOME_OTHER_PROGRAM' }])
    expect(unknownSettings(['TZ'])).toEqual([{ name: '(no name)' }])
  })

  test('the names of a settings file that are settings pass, and so do secrets in files and those of the quickstarts', () => {
    const development = ['NODE_ENV', 'DEV_API_PORT', 'DEV_AUTHORIZATION_SERVER_PORT']
    const files = ['MCP_AUTH0_CLIENT_SECRET_FILE', 'MCP_AUTH0_CLIENT_PRIVATE_KEY_FILE']
    const known = [...Object.keys(SETTINGS), ...files, ...development, ...QUICKSTART]
    expect(unknownSettings(known)).toEqual([])
  })

  test('the names of a settings file that may be a line of a key are not repeated, nor are very many or very long ones', () => {
    const key = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj'
    const long = `A_${'B'.repeat(100_000)}`
    expect(unknownSettings([key, long])).toEqual([{ name: '(no name)' }, { name: '(no name)' }])
    expect(unknownSettings(Array.from({ length: 100 }, (_, at) => `AN_${at}`))).toHaveLength(20)
  })
})
