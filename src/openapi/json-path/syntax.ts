import type { JsonPathQuery } from 'jsonpath-rfc9535/parser'

/** The parts of a parsed expression: the parser's package exports the type of the whole alone. */
export type Query = JsonPathQuery
export type Segment = Query['segments'][number]
export type Selector =
  | Extract<Segment['node'], { type: 'BracketedSelection' }>['selectors'][number]
  | Exclude<Segment['node'], { type: 'BracketedSelection' }>
export type Slice = Extract<Selector, { type: 'SliceSelector' }>
export type Logical = Extract<Selector, { type: 'FilterSelector' }>['value']
export type Comparison = Extract<Logical, { type: 'ComparisonExpr' }>
export type Comparable = Comparison['left']
export type SingularSegment = Extract<Comparable, { type: 'RelSingularQuery' }>['segments'][number]
export type Tested = Extract<Logical, { type: 'TestExpr' }>['expression']
export type FilterQuery = Extract<Tested, { type: 'FilterQuery' }>
export type FunctionCall = Extract<Tested, { type: 'FunctionExpr' }>
export type Argument = FunctionCall['arguments'][number]
