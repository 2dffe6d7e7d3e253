import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { questionOf } from '../../src/confirmation/question.js'
import { launchBrowser } from '../helpers/browser.js'
import { startPageStand, type PageStand } from '../helpers/page-stand.js'
import { outlineOfFocus, tabTo } from './keyboard.js'
import { faultsInLooks } from './looks.js'
import { faultsInModes } from './modes.js'
import { openWatchedPage, type WatchedPage } from './watched-page.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
  return () => browser.close()
})

interface Opened extends WatchedPage {
  readonly stand: PageStand
  readonly url: string
  readonly arriveAt: (name: string) => Promise<void>
  /** By Tab and Enter alone, with an outline that can be seen. */
  readonly press: (name: string) => Promise<void>
}

interface Contents {
  readonly args: Readonly<Record<string, unknown>>
  readonly title?: string
  readonly client?: { readonly id: string; readonly name?: string }
  readonly person?: string
}

/** Alice has signed in, and sees a call of hers with these contents. */
async function opened({ args, title, client, person }: Contents): Promise<Opened> {
  const stand = await startPageStand()
  stand.idToken = { claims: { name: person } }
  const operation = 'DELETE /bookings/{bookingId}'
  const question = questionOf({ tool: 'cancelBooking', title, operation, args })
  const url = stand.wait({}, { question, ...(client && { client }) })
  const watched = await openWatchedPage(browser)
  onTestFinished(() => watched.close())
  const { page } = watched
  page.on('dialog', (dialog) => void dialog.dismiss())
  const arriveAt = (name: string) => page.locator(`html[data-page="${name}"]`).waitFor()
  const press = async (name: string): Promise<void> => {
    await tabTo(page.getByRole('button', { name }))
    expect(await outlineOfFocus(page)).toBe('solid 3px')
    await page.keyboard.press('Enter')
  }
  await page.goto(url)
  await arriveAt('waiting')
  return { ...watched, stand, url, arriveAt, press }
}

const HTML =
  '</code></li></ul><script>alert(1)</script><img src=x onerror=alert(1)><form action="https://evil.example"><button>Approve</button>'
const BIDI = '\u202Eevil\u202C \u2066a\u2069 \u200Bz\u200D\uFEFF\u061C'
const LONG = 'x'.repeat(20_000)

const CONTENTS: readonly (readonly [string, Contents])[] = [
  [
    'very long ones',
    {
      args: Object.fromEntries(
        Array.from({ length: 40 }, (_, index) => [`${index}${LONG.slice(0, 110)}`, LONG]),
      ),
      title: LONG,
      client: { id: LONG, name: LONG },
      person: LONG,
    },
  ],
  [
    'right-to-left text',
    {
      args: { הערה: 'ביטול ההזמנה של יום שני', ملاحظة: 'إلغاء الحجز', mixed: 'abc אבג 123 ابج' },
      title: 'ביטול הזמנה',
      client: { id: 'client-1', name: 'لقاء' },
      person: 'אליס',
    },
  ],
  [
    'characters that hide, or turn the direction',
    { args: { [BIDI]: BIDI }, title: BIDI, client: { id: BIDI, name: BIDI }, person: BIDI },
  ],
  [
    'HTML',
    {
      args: { '<script>alert(1)</script><img src=x onerror=alert(1)>': HTML, list: [HTML] },
      title: HTML,
      client: { id: HTML, name: HTML },
      person: HTML,
    },
  ],
]

describe.each(CONTENTS)('a call with %s', (name, contents) => {
  test.each(['approve', 'decline'] as const)(
    'can be read and used on each of its pages, by the keyboard, and is what it was: %s',
    async (action) => {
      const { page, press, arriveAt, complaints, origins, stand } = await opened(contents)
      const label = `confirm-${name.replaceAll(/\W+/g, '-')}`
      if (action === 'approve') {
        expect(await faultsInLooks(page, `${label}-waiting`)).toEqual([])
        expect(await faultsInModes(page, `${label}-waiting`)).toEqual([])
      }
      await expectOwnMarkup(page, { buttons: 3 })
      await press(action === 'approve' ? 'Approve' : 'Decline')
      await arriveAt(action === 'approve' ? 'approved' : 'declined')
      expect(await faultsInLooks(page, `${label}-${action}`)).toEqual([])
      expect(await faultsInModes(page, `${label}-${action}`)).toEqual([])
      await expectOwnMarkup(page, { buttons: 1 })
      expect(complaints).toEqual([])
      expect(origins()).toEqual([stand.origin, new URL(stand.issuers[0].issuer).origin])
    },
  )
})

/** Nothing of a model is an element, and nothing of it is hidden. */
async function expectOwnMarkup(
  page: Page,
  { buttons }: { readonly buttons: number },
): Promise<void> {
  expect(await page.locator('script, img, iframe, main a, object, form[action]').count()).toBe(0)
  expect(await page.getByRole('button').count()).toBe(buttons)
  expect(await page.content()).not.toMatch(
    /\u200B|\u200D|[\u202A-\u202E]|[\u2066-\u2069]|\u061C|\uFEFF/,
  )
}

test('the name of an argument stands before its value, in whatever direction they are written', async () => {
  const { page } = await opened({ args: { שם: 'ערך' }, title: 'כותרת', person: 'אליס' })
  const places = await page.evaluate<readonly (readonly number[])[]>(
    `[...document.querySelectorAll('li')].map((line) => [...line.querySelectorAll('code')].map((code) => code.getBoundingClientRect().left))`,
  )
  const several = places.filter((line) => line.length > 1)
  expect(several).toHaveLength(2)
  for (const line of several) expect(line.toSorted((one, other) => one - other)).toEqual(line)
})

test('marks that stack up do not cover other lines', async () => {
  const { page } = await opened({ args: { note: `a${'\u0300'.repeat(250)}` } })
  const text = await page.getByRole('listitem').last().innerText()
  expect(text.match(/\u0300/g)?.length).toBeLessThanOrEqual(4)
  expect(text).toContain(String.raw`\u0300`)
})

describe('each page, with forced colours, reduced motion, at 200%, and with text at 200%', () => {
  test('of a call that waits, without a session, of one that has expired, and of a failure', async () => {
    const { page, url, press, arriveAt, stand } = await opened({ args: { bookingId: 'b1' } })
    expect(await faultsInModes(page, 'confirm-mode-waiting')).toEqual([])
    await press('Sign out')
    await arriveAt('signed-out')
    expect(await faultsInModes(page, 'confirm-mode-signed-out')).toEqual([])
    await page.goto(url)
    await arriveAt('waiting')
    await page.context().clearCookies()
    await press('Approve')
    await arriveAt('session-over')
    expect(await faultsInModes(page, 'confirm-mode-session-over')).toEqual([])
    // The call and the session are over: a new sign-in leads to nothing.
    stand.pass(301_000)
    await page.goto(url)
    await arriveAt('unknown')
    expect(await faultsInLooks(page, 'confirm-expired')).toEqual([])
    expect(await faultsInModes(page, 'confirm-mode-unknown')).toEqual([])
    await page.goto(new URL('/confirm/callback?code=x&state=y', url).href)
    await arriveAt('fault')
    expect(await faultsInModes(page, 'confirm-mode-fault')).toEqual([])
  })

  test('of the choice between authorization servers', async () => {
    const stand = await startPageStand({ servers: 2 })
    const { page, close } = await openWatchedPage(browser)
    onTestFinished(close)
    await page.goto(stand.wait())
    await page.locator('html[data-page="places"]').waitFor()
    expect(await faultsInModes(page, 'confirm-mode-places')).toEqual([])
  })
})
