import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'bun:test'
import { settingsTable } from '../../src/config/settings.ts'

test.skipIf(!existsSync('README.md'))('the table of the README is the schema: bun scripts/settings-table.ts writes it', () => {
  const table = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(readFileSync('README.md', 'utf8'))?.[1]
  expect(table).toBe(`| variable | what it is |\n| --- | --- |\n${settingsTable()}`)
})
