import type { ApiState } from '../children/api.js'
import { outage, type Case } from '../case.js'
import { API_STATE } from '../processes/deployment.js'

interface ApiFault {
  readonly fault: string
  readonly short?: boolean
  readonly state: Partial<ApiState>
  readonly codes: readonly string[]
}

function apiFault({ fault, short = false, state, codes }: ApiFault): Case {
  return outage({
    ...{ fault, short, codes },
    recoverySeconds: 2,
    begin: ({ deployment }) => deployment.changeApi(state),
    end: ({ deployment }) => deployment.changeApi(API_STATE),
  })
}

/** What happens to the API. Tools that call no API notice none of it. */
export const API: Readonly<Record<string, Case>> = {
  apiKilled: outage({
    fault: 'API killed, then started again',
    short: false,
    codes: ['downstream_unavailable'],
    recoverySeconds: 2,
    begin: ({ deployment }) => deployment.api.kill(),
    end: ({ deployment }) => deployment.startApi(),
  }),
  apiHangs: outage({
    fault: 'API hangs: accepts connections and never answers',
    short: false,
    codes: ['downstream_unavailable'],
    recoverySeconds: 2,
    begin: async ({ deployment }) => {
      deployment.api.signal('SIGSTOP')
      return Promise.resolve()
    },
    end: async ({ deployment }) => {
      deployment.api.signal('SIGCONT')
      return Promise.resolve()
    },
  }),
  apiSlow: apiFault({
    fault: 'API slower than `API_TIMEOUT_MS`',
    state: { latencyMs: 3_000 },
    codes: ['downstream_unavailable'],
  }),
  apiHuge: apiFault({
    fault: 'API answers 64 MB',
    short: true,
    state: { behavior: 'huge' },
    codes: ['downstream_failed'],
  }),
  apiNotJson: apiFault({
    fault: 'API answers with half of a JSON text',
    state: { behavior: 'not_json' },
    codes: ['downstream_failed'],
  }),
  apiWrongShape: apiFault({
    fault: 'API answers with another shape',
    state: { behavior: 'wrong_shape' },
    codes: ['downstream_failed'],
  }),
  apiNoBody: apiFault({
    fault: 'API answers 204 in place of its data',
    state: { behavior: 'no_body' },
    codes: ['downstream_failed'],
  }),
  apiRefuses: apiFault({
    fault: 'API answers 401 to every token',
    state: { behavior: 'refuses' },
    codes: ['downstream_unauthorized'],
  }),
  apiFails: apiFault({
    fault: 'API answers 500',
    state: { behavior: 'fails' },
    codes: ['downstream_unavailable'],
  }),
  apiResets: apiFault({
    fault: 'API resets the connection in the middle of an answer',
    short: true,
    state: { behavior: 'resets' },
    codes: ['downstream_unavailable'],
  }),
}
