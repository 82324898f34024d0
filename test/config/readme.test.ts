import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'bun:test'
import { settingsTable } from '../../src/config/settings.ts'

test('the table of the README is the schema: bun scripts/settings-table.ts writes it', () => {
  const table = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(
    readFileSync(join(import.meta.dir, '../../README.md'), 'utf8'),
  )?.[1]
  expect(table).toBe(`| variable | what it is |\n| --- | --- |\n${settingsTable()}`)
})
