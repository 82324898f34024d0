import { VERSION } from '../base/version.ts'

export async function run(): Promise<number> {
  console.log(`paraphe ${VERSION}`)
  return 0
}
