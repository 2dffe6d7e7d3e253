import type { ArgumentPlan } from './argument-plan.js'

const PAGING = new RegExp(
  [
    String.raw`^[$]?(?:page|page[_.-]?(?:size|token|number|no|num|index|limit|offset)|per[_-]?page`,
    String.raw`limit|offset|cursor|after|before|start|start[_-]?(?:at|index|token)|starting[_-]?after`,
    String.raw`ending[_-]?before|next[_-]?(?:token|cursor|page)|max[_-]?(?:results|items|keys)`,
    String.raw`top|skip|skip[_-]?token|count|size|continue|marker|rows)$`,
  ].join('|'),
  'i',
)

/** Names of the arguments that page through an answer, as far as their names tell. */
export function pagingArguments(parameters: readonly ArgumentPlan[]): readonly string[] {
  return parameters
    .filter(({ parameter, fixed }) => parameter.in === 'query' && fixed === undefined)
    .filter(({ parameter }) => PAGING.test(parameter.name))
    .map(({ name }) => name)
}
