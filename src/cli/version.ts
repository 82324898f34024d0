import { COMMIT, VERSION } from '../base/version.ts'

export async function run(): Promise<number> {
  console.log(`paraphe ${VERSION}${COMMIT && ` (${COMMIT})`}`)
  return 0
}
