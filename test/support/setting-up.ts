import { told, Visitor } from '../../src/cli/visitor.ts'

export const PASSWORD = 'violet tractor hums at noon'

/** The set-up of a fresh installation, step by step as an administrator does it, who stays signed in. */
export async function setUp(
  origin: string,
  setupUrl: string,
  protection: Record<string, string> = { protection: 'key-file' },
  onDone: (text: string) => void = () => {},
): Promise<Visitor> {
  const visitor = new Visitor(origin, 'en')
  await visitor.get(setupUrl)
  const steps: [string, Record<string, string>][] = [
    ['company', { legalName: 'Acme Ltd', country: 'FR', address: '1 rue de la Paix, Paris' }],
    ['administrator', { firstName: 'Ann', lastName: 'Archer', email: 'ann@acme.example', password: PASSWORD }],
    ['addresses', { language: 'en', timeZone: 'Europe/Paris', staffUrl: origin, publicUrl: origin }],
    ['mail', { skip: '1' }],
    ['authority', { algorithm: 'ecdsa-p256', rootName: 'Acme Root', issuingName: 'Acme Issuing', sealName: 'Acme Ltd', ...protection }],
  ]
  for (const [step, fields] of steps) {
    const page = await visitor.post(`/setup/${step}`, fields)
    if (page.status !== 200) throw new Error(`${step}: ${told(page)}`)
    onDone(page.text)
  }
  return visitor
}
