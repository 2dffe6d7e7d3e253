import { UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { scopeNotice } from '../../../apps/development/scope-notice.js'

const RESOURCE = 'http://localhost:3001/mcp'

function noticeOf(scope: string, granted?: string): string {
  const token = new UnsecuredJWT(granted === undefined ? {} : { scope: granted }).encode()
  const known = ['tool:whoami', 'tool:greet']
  return scopeNotice(token, { scope, known, username: 'bob', resource: RESOURCE })
}

describe('what is said of scopes that a token lacks', () => {
  test('nothing is said where the token has what was asked for, sign-in scopes aside', () => {
    expect(noticeOf('openid offline_access tool:whoami', 'tool:whoami')).toBe('')
  })

  test('a scope of the API that was not granted is a permission that the user lacks', () => {
    expect(noticeOf('tool:whoami tool:greet', 'tool:whoami')).toBe(
      'Not granted: tool:greet. bob has no role with that permission.\n',
    )
  })

  test.each([
    ['a text', 'tool:whoami tool:greet'],
    ['a list', ['tool:whoami', 'tool:greet']],
  ])(
    'scopes in scp count, as %s, and with the resource in front when they were asked for so',
    (_what, scp) => {
      const token = new UnsecuredJWT({ scp }).encode()
      const asked = { known: [], username: 'bob', resource: RESOURCE }
      expect(scopeNotice(token, { ...asked, scope: 'tool:whoami tool:greet' })).toBe('')
      expect(scopeNotice(token, { ...asked, scope: `${RESOURCE}/tool:greet` })).toBe('')
      expect(scopeNotice(token, { ...asked, scope: `${RESOURCE}/other` })).toContain('Not granted')
    },
  )

  test('a scope that the API does not have is named, and which there are', () => {
    expect(noticeOf('tool:gret tool:greet')).toBe(
      [
        'Not granted: tool:greet. bob has no role with that permission.\n',
        `Not granted: tool:gret. ${RESOURCE} has no such scope. It has: tool:whoami tool:greet.\n`,
      ].join(''),
    )
  })
})
