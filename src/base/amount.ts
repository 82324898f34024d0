/** 1234.56, 1 234,56 or 1234 as hundredths; null where it is no amount. */
export function readAmount(typed: string): number | null {
  const plain = typed.replace(/[\s\u00a0\u202f'’]/g, '').replace(',', '.')
  if (!/^-?\d{1,12}(\.\d{1,2})?$/.test(plain)) return null
  return Math.round(Number(plain) * 100)
}
