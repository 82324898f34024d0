import { SAMPLE_FILES } from '../envelope/sample.ts'
import type { Language } from '../view/words.ts'
import { type Page, told, Visitor } from './visitor.ts'

const PEOPLE: Readonly<Record<Language, { company: string; address: string; firstName: string; lastName: string; jobTitle: string }>> = {
  en: { company: 'North Workshop Ltd', address: '1 Quay Street\nBristol', firstName: 'Claire', lastName: 'Martin', jobTitle: 'Director' },
  fr: { company: 'Atelier Nord SAS', address: '1 quai du Port\nNantes', firstName: 'Claire', lastName: 'Martin', jobTitle: 'Directrice' },
}
const ADDRESS = 'claire.martin@demo.example'

/** What whoever watches the journey is told: whatever is secret in it, and the visitor at the desk once all is done. */
export interface Onlooker {
  readonly secret?: (text: string) => void
  readonly afterwards?: (desk: Visitor) => Promise<void>
}

/** The whole life of one contract by HTTP: set up, sent, signed by both, sealed, downloaded, verified. */
export async function signContract(
  origin: string,
  language: Language,
  setupAt: (origin: string) => string,
  { secret = () => {}, afterwards = async () => {} }: Onlooker = {},
): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const desk = new Visitor(origin, language)
  await setUp(desk, language, setupAt(origin), origin, secret)
  const draft = good(await desk.post('/envelopes/sample', { language }), 'the sample contract')
  const envelope = /\/envelopes\/(env_\w+)\/draft/.exec(draft.path)?.[1] ?? fail('the draft has no address')
  const version = /name="version" value="(\d+)"/.exec(draft.text)?.[1] ?? fail('the draft names no version')
  good(await desk.post(`/envelopes/${envelope}/dispatch`, { version }), 'sending')
  await until(desk, envelope, 'sent')
  for (const _signer of ['company', 'client']) await signNext(origin, desk, secret)
  await until(desk, envelope, 'completed')

  const entry = good(await desk.get(`/vault/${envelope}`), 'the vault')
  const sealed = /\/vault\/env_\w+\/documents\/doc_\w+\/sealed\.pdf/.exec(entry.text)?.[0] ?? fail('the vault shows no document')
  const contract = good(await desk.get(`${sealed}?save`), 'the sealed file').bytes
  const original = good(await desk.get(sealed.replace('sealed.pdf', 'original')), 'the original').bytes
  const evidence = good(await desk.get(`/vault/${envelope}/evidence.zip`), 'the evidence package').bytes
  const root = good(await desk.get('/pki/root.crt'), 'the root certificate').bytes
  const report = await desk.post('/verify', { file: new File([contract], SAMPLE_FILES[language].file, { type: 'application/pdf' }) })
  if (!/data-answer="genuine"/.test(good(report, 'the verification').text)) fail('the verification page does not call the file genuine')
  await afterwards(desk)
  desk.secrets().forEach(secret)
  return { 'contract.pdf': contract, 'original.pdf': original, 'root.pem': asPem(root), 'evidence.zip': evidence }
}

async function setUp(desk: Visitor, language: Language, address: string, origin: string, secret: (text: string) => void): Promise<void> {
  const { company, address: seat, firstName, lastName, jobTitle } = PEOPLE[language]
  const password = `${crypto.randomUUID()} ${crypto.randomUUID()}`
  secret(password)
  secret(new URL(address).searchParams.get('secret') ?? '')
  good(await desk.get(address), 'the set-up')
  const steps: readonly (readonly [string, Record<string, string>])[] = [
    ['company', { legalName: company, country: language === 'fr' ? 'FR' : 'GB', address: seat, registrationNumber: '', vatNumber: '' }],
    ['administrator', { firstName, lastName, jobTitle, email: ADDRESS, password }],
    ['addresses', { language, timeZone: language === 'fr' ? 'Europe/Paris' : 'Europe/London', staffUrl: origin, publicUrl: origin }],
    ['mail', { skip: '1' }],
    [
      'authority',
      {
        algorithm: 'ecdsa-p256',
        rootName: `${company} Root CA`,
        issuingName: `${company} Issuing CA`,
        sealName: company,
        protection: 'key-file',
      },
    ],
  ]
  for (const [step, fields] of steps) good(await desk.post(`/setup/${step}`, fields), `the step ${step}`)
  await desk.get('/sign-in')
  await desk.post('/sign-in', { email: ADDRESS, password })
  good(await desk.get('/envelopes'), 'the sign-in')
}

/** Whoever is invited now: link, terms, code, fields, typed signature, preview, confirmation. */
async function signNext(origin: string, desk: Visitor, secret: (text: string) => void): Promise<void> {
  const link = await fromOutbox(desk, /https?:\/\/[^"\s<]+\/s\/inv_[\w.-]+/)
  secret(link.slice(link.lastIndexOf('.') + 1))
  const person = new Visitor(origin, 'en')
  const at = good(await person.get(link), 'the link').path
  const terms = good(await person.get(`${at}/consent`), 'the terms')
  const disclosure = /name="disclosure" value="(\w+)"/.exec(terms.text)?.[1] ?? fail('the page of the terms names none')
  good(await person.post(`${at}/consent`, { disclosure }), 'accepting the terms')
  const code = await fromOutbox(desk, /(?<![\d#])\d{6}(?!\d)/)
  secret(code)
  const fields = good(await person.post(`${at}/code`, { code }), 'the code')
  const name = /name="text"[^>]*value="([^"]+)"/.exec(fields.text)?.[1] ?? 'Claire Martin'
  good(await person.post(`${at}/marks`, { kind: 'signature', method: 'typed', text: name, font: 'hand-caveat' }), 'the signature')
  const boxes = [
    ...fields.text.matchAll(/<input[^>]*type="checkbox"[^>]*name="(fld_\w+)"|<input[^>]*name="(fld_\w+)"[^>]*type="checkbox"/g),
  ]
  const ticked = Object.fromEntries(boxes.map(([, first, second]) => [first ?? second ?? '', '1']))
  good(await person.post(`${at}/entries`, { ...ticked, then: '' }), 'the fields')
  const preview = good(await person.post(`${at}/preview`), 'the preview')
  const confirmed = /name="confirmed" value="([^"]+)"/.exec(preview.text)?.[1] ?? fail(`there is nothing to confirm: ${told(preview)}`)
  good(await person.post(`${at}/signature`, { confirmed }), 'the confirmation')
  person.secrets().forEach(secret)
}

/** The newest waiting message that holds what is looked for, opened as the administrator opens it. */
async function fromOutbox(desk: Visitor, wanted: RegExp): Promise<string> {
  for (let tries = 0; tries < 40; tries++, await Bun.sleep(250)) {
    const list = good(await desk.get('/console/outbox?status=waiting'), 'the Outbox')
    for (const id of new Set([...list.text.matchAll(/\/console\/outbox\/(msg_\w+)\/opening/g)].map(([, one]) => one))) {
      if (opened.has(id!)) continue
      const message = await desk.post(`/console/outbox/${id}/opening`)
      opened.add(id!)
      const text = /data-secret="([^"]+)"/.exec(message.text)?.[1] ?? message.text
      const found = wanted.exec(text)?.[0]
      if (message.status === 200 && found) return found
    }
  }
  return fail('the Outbox holds no such message')
}
const opened = new Set<string>()

async function until(desk: Visitor, envelope: string, wanted: string): Promise<void> {
  for (let tries = 0; tries < 120; tries++, await Bun.sleep(250)) {
    const { status } = JSON.parse(good(await desk.get(`/envelopes/${envelope}/status`), 'the status').text) as { status: string }
    if (status === wanted) return
  }
  fail(`the contract is not ${wanted} after half a minute`)
}

function good(page: Page, what: string): Page {
  if (page.status !== 200) fail(`${what}: ${told(page)} (${page.path})`)
  return page
}

function fail(message: string): never {
  throw new Error(message)
}

/** DER or PEM as PEM. */
function asPem(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 10)).startsWith('-----')) return bytes
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return new TextEncoder().encode(`-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`)
}
