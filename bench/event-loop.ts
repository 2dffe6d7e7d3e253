// How much one user can keep the standalone server from the others: npm run bench:event-loop
import { loadavg } from 'node:os'
import { besideBatches, besideDroppedCalls } from './event-loop/beside-greedy-calls.js'
import { waitsBesideGreedyUser } from './event-loop/beside-a-greedy-user.js'
import { costsOfSingleRequests } from './event-loop/single-requests.js'

const FOR_MS = 60_000

const write = (line: string): void => void process.stdout.write(`${line}\n`)
const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(11)
const load = (): string => loadavg()[0]?.toFixed(1) ?? '?'

write(`Node ${process.version}, load of the machine at the start ${load()}`)

write('\nOne request, the event loop kept for: median, worst of 7; CPU time; answer')
const costs = await costsOfSingleRequests()
for (const { worst, status, medianMs, maxMs, cpuMs } of costs) {
  write(`${ms(medianMs)}${ms(maxMs)}${ms(cpuMs)}  ${status}  ${worst.name}`)
}

const greedy = costs.slice(0, 5).map(({ worst }) => worst)
const { aloneP99Ms, besideP99Ms, besideMaxMs } = await waitsBesideGreedyUser(greedy, FOR_MS)
write(`\nAnother user's whoami, 20 a second for ${FOR_MS / 1_000} s`)
write(`${ms(aloneP99Ms)}  p99 alone`)
write(
  `${ms(besideP99Ms)}  p99 beside 300 of the five worst a minute (worst ${besideMaxMs.toFixed(0)} ms)`,
)

write("\nAnother user's single greet: alone, beside; calls of the greedy user that reached the API")
for (const measure of [besideBatches, besideDroppedCalls]) {
  const { name, apiMs, aloneMs, besideMs, reachedApi } = await measure()
  write(`${ms(aloneMs)}${ms(besideMs)}  ${reachedApi}  ${name}, the API takes ${apiMs} ms`)
}
write(`\nLoad of the machine at the end ${load()}`)
