import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packageFile } from '../../src/base/program.ts'
import { smallest, VENDOR } from '../../src/http/assets.ts'
import { FONT_FILES } from '../../src/sandbox/fonts.ts'
import { fieldRulesScript, verifierScript } from '../../src/view/bundle.ts'
import { WEB_FONTS } from '../../src/view/web-fonts.ts'

/** Every file of a package that is read when the program runs. */
const PACKED: readonly string[] = [
  ...Object.values(VENDOR),
  ...WEB_FONTS.values(),
  ...Object.values(FONT_FILES).map((file) => `@expo-google-fonts/${file}`),
]

/** Lays out in one folder what the binary carries beside its code, as `base/program` finds it there. */
export async function stage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  for (const name of ['views', 'static']) cpSync(name, join(folder, name), { recursive: true })
  for (const path of PACKED) {
    const to = join(folder, 'node_modules', path)
    mkdirSync(dirname(to), { recursive: true })
    cpSync(packageFile(path), to)
  }
  // The binary has no sources to make these from, and nothing to do at its start that can be done here.
  const scripts = join(folder, 'static/js')
  for (const name of readdirSync(scripts, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.js')) writeFileSync(join(scripts, name), smallest(`js/${name}`, readFileSync(join(scripts, name), 'utf8')))
  writeFileSync(join(scripts, 'verifier.js'), await verifierScript())
  writeFileSync(join(scripts, 'field-rules.js'), await fieldRulesScript())
}
