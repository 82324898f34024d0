import { join } from 'node:path'

/** What holds `views`, `static` and `node_modules`: the checkout, or the one binary, within which every module lies in the same folder. */
const PROGRAM = Bun.isStandaloneExecutable ? import.meta.dir : join(import.meta.dir, '../..')

/** The path of a file that belongs to the program, such as `static/icons.svg`; `node:fs` and `Bun.file` read it in the binary too. */
export const ownFile = (path: string): string => join(PROGRAM, path)

/** The path of a file of a package, such as `htmx.org/dist/htmx.min.js`. One that is read so is named in `scripts/build/packed.ts`. */
export const packageFile = (path: string): string => join(PROGRAM, 'node_modules', path)

/** The same program again: the binary by itself, in a checkout the engine with the main file. */
export const ownProgram = (): string[] => (Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, ownFile('src/main.ts')])
