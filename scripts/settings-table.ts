import { readFileSync, writeFileSync } from 'node:fs'
import { settingsTable } from '../src/config/settings.ts'

/** Writes the table of settings into README.md, between its two marks. */
const PATH = `${import.meta.dir}/../README.md`
const MARKED = /(<!-- settings -->\n)[\s\S]*?(\n<!-- \/settings -->)/

const readme = readFileSync(PATH, 'utf8')
if (!MARKED.test(readme)) throw new Error('README.md has no <!-- settings --> … <!-- /settings -->')
writeFileSync(
  PATH,
  readme.replace(
    MARKED,
    (_, before: string, after: string) => `${before}| variable | what it is |\n| --- | --- |\n${settingsTable()}${after}`,
  ),
)
