import type { RequestListener } from 'node:http'
import { answerWith } from '../helpers/exchange-answers.js'
import type { Visit, World } from './doctor-world.js'

/** A deployment with one thing wrong: what it is, the only finding that is wrong, what it says, and the hint. */
export type Ailment = readonly [
  title: string,
  make: (world: World) => Visit,
  check: string,
  message: RegExp,
  hint: RegExp,
]

export const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = ''): RequestListener =>
  (_req, res) => {
    res.writeHead(status, headers).end(body)
  }
const HTML = { 'Content-Type': 'text/html; charset=utf-8' }
export const page = answering(200, HTML, '<!doctype html><title>app</title>')
export const document =
  (members: Readonly<Record<string, unknown>>): RequestListener =>
  (_req, res) => {
    answerWith(res, members)
  }
