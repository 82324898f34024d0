import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { ownFile } from '../../src/base/program.ts'

/** Each instruction with its whole text, as a builder joins its lines. */
const instructions = readFileSync(ownFile('Dockerfile'), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter(Boolean)
  .map((line) => {
    const [, word = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    return { word, rest }
  })
const of = (word: string): string[] => instructions.filter((one) => one.word === word).map(({ rest }) => rest)

test('every line of the Dockerfile is an instruction, and none carries a secret', () => {
  const KNOWN = [
    'FROM',
    'ARG',
    'RUN',
    'COPY',
    'ENV',
    'USER',
    'WORKDIR',
    'VOLUME',
    'EXPOSE',
    'STOPSIGNAL',
    'HEALTHCHECK',
    'ENTRYPOINT',
    'CMD',
  ]
  expect(instructions.filter(({ word }) => !KNOWN.includes(word))).toEqual([])
  for (const { word, rest } of instructions) if (word === 'ENV' || word === 'ARG') expect(rest).not.toMatch(/PASS|SECRET|TOKEN|KEY/i)
  for (const rest of of('COPY')) expect(rest).toMatch(/^--chmod=0755 \$\{BINARY\} \/usr\/local\/bin\/paraphe$/)
  expect(of('ADD')).toEqual([])
  expect(of('FROM').every((base) => /^[\w/.-]+:[\w.-]+$/.test(base) && !base.endsWith(':latest'))).toBe(true)
})

test('it runs as nobody in particular, on one volume, ends in order and says how it is', () => {
  expect(of('USER')).toEqual(['10001:10001'])
  expect(instructions.findIndex(({ word }) => word === 'USER')).toBeGreaterThan(instructions.findLastIndex(({ word }) => word === 'RUN'))
  expect([of('VOLUME'), of('STOPSIGNAL')]).toEqual([['/data'], ['SIGTERM']])
  expect(of('HEALTHCHECK')[0]).toMatch(/CMD \["\/usr\/local\/bin\/paraphe", "healthcheck"\]$/)
  expect([JSON.parse(of('ENTRYPOINT')[0]!), JSON.parse(of('CMD')[0]!)]).toEqual([['/usr/local/bin/paraphe'], ['serve']])
  expect(readFileSync(ownFile('.dockerignore'), 'utf8').split('\n')[0]).toBe('*')
})
