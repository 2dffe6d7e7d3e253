import { describe, expect, test } from 'vitest'
import { createSearchIndex, type SearchedTexts } from '../../../src/openapi-tools/search-index.js'

const texts = (name: string, more: Partial<SearchedTexts> = {}): SearchedTexts => ({
  ...{ name, title: '', description: '', method: '', path: '', tags: [] },
  ...more,
})

function find(
  entries: readonly SearchedTexts[],
  query: string,
  isCandidate: (entry: SearchedTexts) => boolean = () => true,
): readonly string[] {
  const index = createSearchIndex(entries, (entry) => entry)
  return index.find(query, isCandidate).map(({ name }) => name)
}

describe('the index of operations', () => {
  test.each([
    ['a name in camel case', texts('createBooking'), 'booking'],
    ['a name in snake case', texts('create_booking'), 'BOOKING'],
    ['the title', texts('x', { title: 'Cancel a trip' }), 'cancel'],
    ['the description', texts('x', { description: 'Refunds the fare' }), 'fare'],
    ['a segment of the path', texts('x', { path: '/trips/{tripId}/seats' }), 'seat'],
    ['the method', texts('x', { method: 'DELETE' }), 'delete'],
    ['a tag', texts('x', { tags: ['Account management'] }), 'accounts'],
    ['a word with an accent', texts('x', { title: 'Café' }), 'cafe'],
    ['the plural in -ies', texts('list_repositories'), 'repository'],
    ['the beginning of a word', texts('list_repositories'), 'repo'],
    ['a word of another alphabet', texts('x', { title: 'Бронирование' }), 'бронирование'],
  ])('finds an operation by %s', (_what, entry, query) => {
    expect(find([entry, texts('other')], query)).toEqual([entry.name])
  })

  test('ranks the name above the title, the title above the description, and a whole word above its beginning', () => {
    const entries = [
      texts('aa', { description: 'seat' }),
      texts('bb', { title: 'seat' }),
      texts('seat_map'),
      texts('dd', { description: 'seating' }),
    ]
    expect(find(entries, 'seat')).toEqual(['seat_map', 'bb', 'aa', 'dd'])
  })

  test('ranks what has more of the words, and the rarer ones, first', () => {
    const entries = [
      texts('list_bookings'),
      texts('list_trips'),
      texts('list_seats'),
      texts('cancel_booking'),
    ]
    expect(find(entries, 'list bookings')[0]).toBe('list_bookings')
    expect(find(entries, 'list cancel')[0]).toBe('cancel_booking')
  })

  test('orders equals by name, and everything for a query without words, in whatever order they come', () => {
    const entries = ['c', 'a', 'b'].map((name) => texts(`${name}_seat`))
    for (const given of [entries, entries.toReversed()]) {
      expect(find(given, 'seat')).toEqual(['a_seat', 'b_seat', 'c_seat'])
      expect(find(given, ' …! ')).toEqual(['a_seat', 'b_seat', 'c_seat'])
    }
  })

  test('what is no candidate changes nothing in the answer', () => {
    const seen = [
      texts('list_seats', { description: 'hidden words apart' }),
      texts('cancel_seat', { title: 'Cancel' }),
      texts('cancel_trip', { description: 'Cancels the seat too' }),
    ]
    const hidden = Array.from({ length: 50 }, (_, index) =>
      texts(`cancel_${index}`, { description: 'cancel '.repeat(index) }),
    )
    for (const query of ['cancel seat', 'seat', 'cancel', 'list trip']) {
      const isSeen = (entry: SearchedTexts): boolean => seen.includes(entry)
      expect(find([...hidden, ...seen], query, isSeen)).toEqual(find(seen, query))
    }
  })

  test('words of the language itself are words', () => {
    const entries = [texts('constructor'), texts('to_string', { title: '__proto__' })]
    expect(find(entries, 'constructor')).toEqual(['constructor'])
    expect(find(entries, 'hasOwnProperty valueOf')).toEqual([])
  })
})
