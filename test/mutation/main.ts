import { parseArgs } from 'node:util'
import { changedLines } from './changed-lines.js'
import { scoreOf, writeResults } from './results.js'
import { isRoom, LEAST_SCORE, ROOM_NAMES, roomOf, ROOMS, type Room } from './rooms.js'
import { runMutants, type MutantRun } from './run-mutants.js'

const USAGE = `npm run test:mutation                       all rooms: ${ROOM_NAMES.join(', ')}
npm run test:mutation -- ROOM|FILE ...      some of them, or single files
npm run test:mutation -- --since REVISION   only the lines that changed since, for daily use
`

/**
 * `npm run test:mutation`: breaks the code on purpose and counts what the tests notice.
 *
 * With `--write`, keeps the result of each room in `results.json`. Exit code 1 where a room, the named files or the
 * changed lines score less than they have to, 2 for a command line that cannot be understood.
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
  const files = positionals.filter((name) => !isRoom(name))
  if (values.help || files.some((file) => roomOf(file) === undefined)) {
    process.stdout.write(USAGE)
    return values.help ? 0 : 2
  }
  if (values.since !== undefined) return exitCode(await runChanged(values.since))
  if (files.length > 0) return exitCode(report('files', await runPlaces('files', files)))
  const rooms = positionals.length === 0 ? ROOM_NAMES : positionals.filter(isRoom)
  const enough: boolean[] = []
  for (const room of rooms) enough.push(await runRoom(room, values.write))
  return exitCode(enough.every(Boolean))
}

async function runRoom(room: Room, write: boolean): Promise<boolean> {
  const { code, tests } = ROOMS[room]
  const run = await runMutants({ name: room, places: [code], tests })
  const { killed, survived, uncovered } = run
  if (write) writeResults({ [room]: { killed, survived, uncovered } })
  return report(room, run)
}

async function runChanged(revision: string): Promise<boolean> {
  const places = changedLines(revision)
  if (places.length > 0) return report('changed lines', await runPlaces('changed', places))
  process.stdout.write(`No line of ${ROOM_NAMES.join(', ')} changed since ${revision}.\n`)
  return true
}

/** Against the tests of all rooms that the places are in. */
function runPlaces(name: string, places: readonly string[]): Promise<MutantRun> {
  const rooms = ROOM_NAMES.filter((room) => places.some((place) => roomOf(place) === room))
  const tests = [...new Set(rooms.flatMap((room) => ROOMS[room].tests))]
  return runMutants({ name, places, tests })
}

function report(name: string, run: MutantRun): boolean {
  const score = scoreOf(run)
  for (const { place, mutator, replacement } of run.survivors) {
    const shown = replacement.replace(/\s+/g, ' ').slice(0, 100)
    process.stdout.write(`  ${place} ${mutator}: ${shown}\n`)
  }
  const { killed, survived, uncovered } = run
  process.stdout.write(
    `${name}: ${score} % (${killed} killed, ${survived} survived, ${uncovered} in lines that no test runs)\n`,
  )
  return score >= LEAST_SCORE
}

function exitCode(enough: boolean): number {
  return enough ? 0 : 1
}

process.exitCode = await main()
