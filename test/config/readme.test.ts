import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'bun:test'
import { SETTINGS } from '../../src/config/config.ts'

test.skipIf(!existsSync('README.md'))('every setting stands in the README', () => {
  const readme = readFileSync('README.md', 'utf8')
  expect(Object.keys(SETTINGS).filter((name) => !readme.includes(name))).toEqual([])
})
