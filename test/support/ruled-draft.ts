import type { User } from '../../src/access/roles.ts'
import { findDraft } from '../../src/envelope/drafting.ts'
import { type Envelope, listDocuments, listRecipients } from '../../src/envelope/envelope.ts'
import { fieldsOf, type PlacedField, placeFields } from '../../src/envelope/fields.ts'
import type { Language } from '../../src/db/database.ts'
import type { Rules } from '../../src/field/rules.ts'
import type { TestHouse } from './house.ts'
import { actOf, CLAIRE, draftFor, MARIE } from './signing.ts'

const EUROS = { type: 'amount', currency: 'EUR', min: '1', max: '100000' } as const

/** A contract on which Claire names a discount and Marie answers in every kind of field, some of them by rule. */
export async function ruledDraft(
  test: TestHouse,
  user: User,
  languages: Readonly<Record<'claire' | 'marie', Language>> = { claire: 'en', marie: 'fr' },
): Promise<Envelope> {
  const { db } = test.house
  const people = [
    { ...CLAIRE, language: languages.claire },
    { ...MARIE, language: languages.marie },
  ]
  const draft = await draftFor(test, user, people)
  const recipients = await listRecipients(db, draft.id)
  const of = (side: string): string => recipients.find((one) => one.side === side)!.id
  const [document] = await listDocuments(db, draft.id)
  const put = (
    id: string,
    kind: PlacedField['kind'],
    place: readonly [x: number, y: number, width: number, height: number],
    rules: Rules = {},
    over: Partial<PlacedField> = {},
  ): PlacedField => {
    const [x, y, width, height] = place
    const plain = {
      id,
      documentId: document!.id,
      recipientId: of('other'),
      kind,
      page: 1,
      required: true,
      readOnly: false,
      label: id,
      value: '',
    }
    return { ...plain, x, y, width, height, fontSize: 10, rules, ...over }
  }
  const fields = [
    put(
      'Discount',
      'text',
      [68, 670, 80, 18],
      { name: 'discount', format: { type: 'number', decimals: 1, min: '0', max: '50' } },
      {
        recipientId: of('company'),
        value: '10',
      },
    ),
    put('Monthly', 'radio', [68, 692, 14, 14], { group: 'Payment' }),
    put('At once', 'radio', [168, 692, 14, 14], { group: 'Payment' }),
    put('Plan', 'drop-down', [300, 670, 160, 18], { options: ['Bronze', 'Argent ✓', 'Or'] }, { label: 'Formule' }),
    put('Price', 'text', [68, 730, 110, 18], { name: 'price', format: EUROS, help: 'Hors taxes, par mois.' }),
    put('Months', 'text', [200, 730, 60, 18], {
      name: 'months',
      format: { type: 'number', decimals: 0, min: '1', max: '60' },
      show: { field: 'Monthly', is: 'ticked' },
    }),
    put('Total', 'calculation', [300, 730, 110, 18], {
      formula: 'round(price * max(months; 1) * (100 - discount) / 100; 2)',
      format: { type: 'amount', currency: 'EUR' },
    }),
    put('IBAN', 'text', [68, 756, 215, 18], { format: { type: 'iban' }, placeholder: 'FR76…' }),
    put(
      'Reason',
      'multiline',
      [68, 780, 215, 30],
      { require: { field: 'Plan', is: 'equals', value: 'Or' }, maxLength: 60 },
      { required: false },
    ),
    put(
      'Postcode',
      'text',
      [320, 756, 80, 18],
      { format: { type: 'pattern', pattern: '\\d{5}', sentence: 'Cinq chiffres.' } },
      { fontSize: 0 },
    ),
    put('Employer', 'contact', [320, 780, 160, 18], { source: 'company' }, { required: false }),
  ]
  const { version } = await findDraft(db, user, draft.id)
  await placeFields(db, actOf(test.house, user), user, draft.id, { version, fields: [...(await fieldsOf(db, draft)), ...fields] })
  return findDraft(db, user, draft.id)
}
