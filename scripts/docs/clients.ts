import { committedResults, type Measurement } from '../../test/clients/parts/results.js'

const SCENARIOS = ['sign-in', 'step-up', 'refresh', 'expiry', 'absence'] as const
const HEADINGS = [
  ...['client', 'version', 'set up', 'protocol'],
  ...['sign-in, `greet`', 'more scopes', 'short-lived tokens', 'expired token', 'nothing valid'],
]

/** What `npm run test:clients` measured, a row for each way to set a client up. */
export function clients(): string {
  const rows = Object.entries(committedResults()).flatMap(([client, { version, measured }]) =>
    [...new Set(measured.map(({ setting }) => setting))].map((setting) => {
      const ofSetting = measured.filter((measurement) => measurement.setting === setting)
      const protocols = [...new Set(ofSetting.map(({ protocol }) => protocol))].join(', ')
      const cells = SCENARIOS.map((scenario) =>
        cell(ofSetting.find((measurement) => measurement.scenario === scenario)),
      )
      return [client, version, setting, protocols, ...cells]
    }),
  )
  return [HEADINGS, HEADINGS.map(() => '---'), ...rows].map(row).join('\n')
}

function cell(measurement: Measurement | undefined): string {
  if (measurement === undefined) return 'not tested'
  const { outcome, signIns } = measurement
  if (outcome === 'refused') return '**no**'
  return signIns === 1 ? 'yes' : `yes, ${signIns} sign-ins`
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
