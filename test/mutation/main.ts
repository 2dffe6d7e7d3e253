import { parseArgs } from 'node:util'
import { changedLines } from './changed-lines.js'
import { scoreOf, writeResults } from './results.js'
import { folderOf, isRoom, LEAST_SCORE, ROOM_NAMES, ROOMS } from './rooms.js'
import { runMutants, type MutantRun } from './run-mutants.js'

const USAGE = `npm run test:mutation                       all rooms: ${ROOM_NAMES.join(', ')}
npm run test:mutation -- ROOM [ROOM ...]    some of them
npm run test:mutation -- --since REVISION   only the lines that changed since, for daily use
`

/**
 * `npm run test:mutation`: breaks the code on purpose and counts what the tests notice.
 *
 * With `--write`, keeps the result of each room in `results.json`. Exit code 1 where a room, or the changed lines,
 * score less than they have to.
 */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      since: { type: 'string' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help || !positionals.every(isRoom)) {
    process.stdout.write(USAGE)
    return values.help ? 0 : 2
  }
  if (values.since !== undefined) return (await runChanged(values.since)) ? 0 : 1
  const rooms = positionals.length === 0 ? ROOM_NAMES : positionals.filter(isRoom)
  let enough = true
  for (const room of rooms) {
    const { survivors, ...result } = await runMutants({
      name: room,
      places: [ROOMS[room].code],
      tests: ROOMS[room].tests,
    })
    enough = report(room, { survivors, ...result }) && enough
    if (values.write) writeResults({ [room]: result })
  }
  return enough ? 0 : 1
}

async function runChanged(revision: string): Promise<boolean> {
  const places = changedLines(revision)
  const rooms = ROOM_NAMES.filter((room) =>
    places.some((place) => place.startsWith(folderOf(room))),
  )
  const tests = [...new Set(rooms.flatMap((room) => ROOMS[room].tests))]
  if (places.length > 0) {
    return report('changed lines', await runMutants({ name: 'changed', places, tests }))
  }
  process.stdout.write(`No line of ${ROOM_NAMES.join(', ')} changed since ${revision}.\n`)
  return true
}

function report(name: string, run: MutantRun): boolean {
  const score = scoreOf(run)
  for (const { place, mutator, replacement } of run.survivors) {
    process.stdout.write(
      `  ${place} ${mutator}: ${replacement.replace(/\s+/g, ' ').slice(0, 100)}\n`,
    )
  }
  const { killed, survived, uncovered } = run
  process.stdout.write(
    `${name}: ${score} % (${killed} killed, ${survived} survived, ${uncovered} in lines that no test runs)\n`,
  )
  return score >= LEAST_SCORE
}

process.exitCode = await main()
