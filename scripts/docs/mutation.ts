import { readResults, scoreOf } from '../../test/mutation/results.js'
import { folderOf, ROOM_NAMES } from '../../test/mutation/rooms.js'
import type { Block } from './block.js'

/** How many mutants the tests notice, from the results that `npm run test:mutation -- --write` keeps. */
export const mutation: Block = () => {
  const results = readResults()
  return [
    '| room | noticed | survived | in lines that no test runs | score |',
    '| - | - | - | - | - |',
    ...ROOM_NAMES.flatMap((room) => {
      const result = results[room]
      if (result === undefined) return []
      const { killed, survived, uncovered } = result
      return [
        `| \`${folderOf(room)}\` | ${killed} | ${survived} | ${uncovered} | ${scoreOf(result)} % |`,
      ]
    }),
  ].join('\n')
}
