import { describe, expect, test } from 'vitest'
import { hopJson } from '../../cli/doctor/hop-text.js'

describe('the hops of a report for machines', () => {
  test('hold nothing that steers a terminal, whatever a token claims', () => {
    const foul = 'a\u001b[2J\u202eb\u2028c'
    const claims = {
      ...{ iss: foul, aud: [foul, 'https://api.example/'], sub: foul, permissions: [foul] },
      ...{ scope: 'x'.repeat(5_000), org_id: { [foul]: 1 }, act: { sub: foul } },
    }
    const hop = hopJson({ label: 'hop', claims })
    expect(hop).toMatchObject({
      ...{ iss: 'a?[2J?b?c', aud: ['a?[2J?b?c', 'https://api.example/'], sub: 'a?[2J?b?c' },
      ...{ permissions: ['a?[2J?b?c'], actors: ['a?[2J?b?c'] },
    })
    expect(JSON.stringify(hop)).not.toMatch(/[\u202e\u2028]/)
    expect(String(hop['scope']).length).toBeLessThanOrEqual(301)
  })
})
