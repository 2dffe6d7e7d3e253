import type { PendingCall } from '../confirmation/pending-calls.js'
import { visibleText } from '../confirmation/shown-text.js'
import type { SignInFault } from '../sign-in/page-sign-in.js'
import { renderCardPage } from './card-page.js'
import { html, type Html } from './html.js'

const MAX_NAME = 100
const MAX_ID = 300

/** Who has signed in, and what their forms have to bring along. */
export interface PageReader {
  readonly name: string
  readonly token: string
}

/** The page of a call that waits, or has been answered. Escapes every text. */
export function callPage(call: PendingCall, reader: PageReader): string {
  const { state } = call
  if (state === 'waiting') return waitingPage(call, reader)
  const approved = state === 'approved'
  return renderCardPage({
    name: state,
    title: approved ? 'Approved' : 'Declined',
    body: html`<h1>${approved ? 'You approved this call' : 'You declined this call'}</h1>
      <p>${approved ? APPROVED : DECLINED}</p>
      ${questionList(call.question)} ${signOut(reader)}`,
  })
}

const APPROVED =
  'Go back to your client, and tell it that the call is approved. It counts once, for exactly this call, and for a few minutes.'
const DECLINED = 'Nothing is called. You can close this page.'

function waitingPage(call: PendingCall, reader: PageReader): string {
  const { client, expiresAtMs } = call
  return renderCardPage({
    name: 'waiting',
    title: 'Allow this call?',
    body: html`<h1>Allow this call in your name?</h1>
      ${questionList(call.question)}
      <dl>
        <dt>Asked for by the client with the id</dt>
        <dd><code>${visibleText(client.id, MAX_ID)}</code></dd>
        ${client.name === undefined ? '' : calledItself(client.name)}
        <dt>Signed in as</dt>
        <dd>${visibleText(reader.name, MAX_NAME)}</dd>
        <dt>Expires</dt>
        <dd>${new Date(expiresAtMs).toISOString().slice(0, 19).replace('T', ' ')} UTC</dd>
      </dl>
      <p>Approve only what you have asked for. Nothing is called if you decline.</p>
      <form method="post">
        <input type="hidden" name="token" value="${reader.token}" />
        <button type="submit" name="action" value="decline">Decline</button>
        <button class="approve" type="submit" name="action" value="approve">Approve</button>
      </form>
      ${signOut(reader)}`,
  })
}

function calledItself(name: string): Html {
  return html`<dt>Which calls itself, unchecked</dt>
    <dd>${visibleText(name, MAX_NAME)}</dd>`
}

/** The lines of `questionOf`: what a model chose stands in code spans, in which there is no backtick. */
function questionList(question: string): Html {
  const lines = question.split('\n').filter((line) => line.startsWith('- '))
  return html`<ul>
    ${lines.map((line) => html`<li>${lineParts(line.slice(2))}</li>`)}
  </ul>`
}

function lineParts(line: string): readonly Html[] {
  return line
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}

function signOut({ name, token }: PageReader): Html {
  return html`<form class="other" method="post">
    <p class="soft">
      You are signed in as <bdi>${visibleText(name, MAX_NAME)}</bdi>. Are you somebody else?
    </p>
    <input type="hidden" name="token" value="${token}" />
    <button type="submit" name="action" value="sign_out">Sign out</button>
  </form>`
}

/** What is shown where there is no such call, and where it is somebody else's: the same. */
export function unknownCallPage(reader: PageReader | undefined): string {
  return renderCardPage({
    name: 'unknown',
    title: 'Nothing to approve',
    body: html`<h1>There is nothing to approve here</h1>
      <p>
        No call of yours waits at this address. It may have been made already, or have expired: then
        have your client call again, and open the address that it shows you then.
      </p>
      ${reader === undefined ? '' : signOut(reader)}`,
  })
}

/** Where people of several authorization servers have to choose theirs. */
export function placesPage(places: readonly string[]): string {
  return renderCardPage({
    name: 'places',
    title: 'Sign in',
    body: html`<h1>Sign in</h1>
      <p>Where do you sign in when you use this server?</p>
      <ul>
        ${places.map((place, index) => html`<li><a href="?at=${index}">${place}</a></li>`)}
      </ul>`,
  })
}

/** After signing out. */
export function signedOutPage(): string {
  return renderCardPage({
    name: 'signed-out',
    title: 'Signed out',
    body: html`<h1>You are signed out of this page</h1>
      <p>You may still be signed in at the authorization server.</p>
      <p><a href="?again=1">Sign in again</a></p>`,
  })
}

/** For a form that comes after the session is over. A redirect of a form to the sign-in is stopped by browsers: see `form-action`. */
export function sessionOverPage(): string {
  return renderCardPage({
    name: 'session-over',
    title: 'Nothing was approved',
    body: html`<h1>You are not signed in any more</h1>
      <p>Nothing was approved, and nothing was declined.</p>
      <p><a href="?">Sign in again</a></p>`,
  })
}

/** What went wrong that the person can do something about. */
export type PageFault =
  SignInFault | 'untrusted_form' | 'unreadable_form' | 'store_unavailable' | 'internal'

const FAULTS: Readonly<Record<PageFault, readonly [title: string, text: string]>> = {
  not_begun_here: [
    'This sign-in cannot be completed',
    'It was begun in another browser or window, or too long ago. Open the address that your client shows you once more.',
  ],
  refused: [
    'You are not signed in',
    'The authorization server did not sign you in. Open the address that your client shows you once more.',
  ],
  store_unavailable: [
    'This page does not work at the moment',
    'Nothing was approved or declined. Try again in a minute.',
  ],
  unavailable: [
    'The sign-in does not work at the moment',
    'The authorization server cannot be reached, or does not answer as it should. Try again in a minute.',
  ],
  too_many: ['Too many people sign in at the moment', 'Try again in a minute.'],
  untrusted: [
    'You are not signed in',
    'What the authorization server sent is not for this server. Its operator finds the reason in the log.',
  ],
  untrusted_form: [
    'Nothing was approved',
    'This form was not sent from the page of your sign-in. Open the address that your client shows you once more.',
  ],
  unreadable_form: ['Nothing was approved', 'The form cannot be read.'],
  internal: ['Something went wrong', 'Nothing was approved. Try again in a minute.'],
}

/** A page that says what went wrong, and what to do. */
export function faultPage(fault: PageFault): string {
  const [title, text] = FAULTS[fault]
  return renderCardPage({
    name: 'fault',
    title,
    body: html`<h1>${title}</h1>
      <p>${text}</p>`,
  })
}
