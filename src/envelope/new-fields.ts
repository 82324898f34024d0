import type { FieldKind } from '../db/database.ts'

/** How large a field of each kind is when it is put down, in points, and whether it must be filled in. */
export const NEW_FIELDS: Readonly<Record<FieldKind, { readonly width: number; readonly height: number; readonly required: boolean }>> = {
  signature: { width: 180, height: 50, required: true },
  initials: { width: 70, height: 30, required: true },
  stamp: { width: 130, height: 64, required: true },
  'full-name': { width: 160, height: 18, required: true },
  'job-title': { width: 160, height: 18, required: false },
  company: { width: 160, height: 18, required: true },
  'company-details': { width: 220, height: 60, required: false },
  email: { width: 180, height: 18, required: true },
  phone: { width: 120, height: 18, required: false },
  'date-signed': { width: 90, height: 18, required: true },
  date: { width: 90, height: 18, required: true },
  text: { width: 160, height: 18, required: true },
  multiline: { width: 220, height: 60, required: false },
  checkbox: { width: 14, height: 14, required: false },
  number: { width: 132, height: 18, required: false },
  attachment: { width: 180, height: 18, required: true },
  radio: { width: 14, height: 14, required: true },
  'drop-down': { width: 160, height: 18, required: true },
  contact: { width: 180, height: 18, required: false },
  calculation: { width: 120, height: 18, required: false },
}
export const NEW_SIZE = 10
