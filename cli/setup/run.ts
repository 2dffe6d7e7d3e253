import { resolve } from 'node:path'
import { readOutgoing } from '../../src/config/outgoing-config.js'
import { createOutgoingFetch } from '../../src/http/outgoing-fetch.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import type { GuardedIo } from '../guarded-output.js'
import { processIo, type CommandIo } from '../io.js'
import { printable } from '../printable.js'
import { runCommand } from '../run-command.js'
import { exportPlan } from './export/export-plan.js'
import { createManagementApi, type ManagementApi } from './management-api.js'
import { managementToken } from './management-token.js'
import { documentScopes } from './document-scopes.js'
import { parseSetupOptions, setupDocument, type SetupOptions } from './options.js'
import { applyPlan, explainFailure, StepFailure, type PlannedStep } from './plan.js'
import { countOf, failureText, planText, removalText } from './plan-text.js'
import { removalPlan } from './remove/removal-plan.js'
import { setupPlan } from './setup-plan.js'
import { SETUP_USAGE } from './usage.js'

/**
 * `setup`: brings an Auth0 tenant into line and writes the server's settings. Resolves with the exit code.
 *
 * 0: in line, a plan by `--dry-run`, or an export. 1: anything else, a plan without `--yes` included. 2: a command line that
 * cannot be understood.
 */
export function run(argv: readonly string[], io: CommandIo = processIo()): Promise<number> {
  return runCommand(io, {
    name: 'setup',
    usage: SETUP_USAGE,
    parse: async (guarded) => {
      const document = setupDocument(argv, guarded.directory)
      const scopes = document && (await documentScopes(document.settings, guarded))
      const options = parseSetupOptions(argv, guarded, scopes)
      return options && { ...options, documentOfSettings: document?.ofSettings }
    },
    execute(options, guarded) {
      if (options.export === undefined) return setUp(options, guarded)
      exportPlan(options.blueprint, options.export, guarded)
      return 0
    },
    failureText: errorText,
  })
}

async function setUp(options: SetupOptions, io: GuardedIo): Promise<number> {
  const outgoing = createOutgoingFetch(readOutgoing(io.environment))
  try {
    return await setUpOver(io.fetch ?? outgoing.fetch, options, io)
  } finally {
    await outgoing.close()
  }
}

async function setUpOver(fetch: Fetch, options: SetupOptions, io: GuardedIo): Promise<number> {
  const reach = {
    origin: `https://${options.blueprint.domain}`,
    fetch,
    clock: io.clock,
    wait: io.wait,
  }
  const api = createManagementApi(reach, await managementToken(io, reach, options.tokens))
  const task = options.remove ? removal(api, options, io) : setUpTask(api, options, io)
  return carryOut(task, options, io)
}

/** What is to be done: decided by a look, shown, and told when it is done. */
interface Task {
  readonly look: () => Promise<readonly PlannedStep[]>
  readonly textOf: (plan: readonly PlannedStep[]) => string
  readonly done: string
}

function setUpTask(api: ManagementApi, options: SetupOptions, io: GuardedIo): Task {
  const { blueprint, envFile, force } = options
  const file = envFile === undefined ? undefined : { path: resolve(io.directory, envFile), force }
  return {
    look: () => setupPlan(api, blueprint, { envFile: file, keep: io.keep, wait: io.wait }),
    textOf: (plan) => `${documentText(options)}${planText(blueprint.domain, plan)}`,
    done: `The tenant is in line. ${settingsAre(options)} Next: mcp-on-behalf-of doctor\n`,
  }
}

function removal(api: ManagementApi, { blueprint, envFile }: SetupOptions, io: GuardedIo): Task {
  const path = envFile === undefined ? undefined : resolve(io.directory, envFile)
  return {
    look: () => removalPlan(api, blueprint, path),
    textOf: (plan) => removalText(blueprint.domain, plan),
    done: 'The tenant is as it was before the set-up, but for what is left.\n',
  }
}

async function carryOut(
  { look, textOf, done }: Task,
  { dryRun, apply }: SetupOptions,
  io: GuardedIo,
): Promise<number> {
  const plan = await look()
  io.write(textOf(plan))
  if (countOf(plan) === 0) return 0
  if (dryRun) {
    io.write('A dry run: nothing was changed.\n')
    return 0
  }
  if (!apply) {
    io.write('Nothing was changed. To make these changes, run the command again with --yes.\n')
    return 1
  }
  await applyPlan(plan, {
    replan: async () => {
      io.write('Somebody else has changed the tenant in the meantime. Looking again.\n')
      const again = await look()
      io.write(textOf(again))
      return again
    },
    wait: io.wait,
    onDone: ({ summary }) => {
      io.write(`  done      ${summary}\n`)
    },
  })
  io.write(done)
  return 0
}

function documentText({ documentOfSettings }: SetupOptions): string {
  if (documentOfSettings === undefined) return ''
  return `The scopes are those of OPENAPI_DOCUMENT in the settings: ${printable(documentOfSettings)}. For another document, give --openapi.\n`
}

function settingsAre({ envFile, blueprint }: SetupOptions): string {
  if (envFile !== undefined) return `The settings are in ${envFile}.`
  return blueprint.confirmationPage === undefined
    ? "The client's secret is in the Dashboard: Applications, that client, Settings."
    : "The clients' ids and secrets are in the Dashboard: Applications, each client, Settings. The one of the confirmation page is for CONFIRMATION_CLIENT_ID and CONFIRMATION_CLIENT_SECRET."
}

function errorText(error: unknown): string {
  if (error instanceof StepFailure) return failureText(error)
  const { what, hint } = explainFailure(error)
  return `${what}\n  what to do     ${hint}\n`
}
