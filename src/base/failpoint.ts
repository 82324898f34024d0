/** A named place where a test kills the process, to see that whatever a person was told is done survives. Costs one comparison when none is armed. */
export type Kill = () => never

let armed: { name: string; left: number; kill: () => void } | null = null

/** `name:k` kills at the k-th passage (from 1) of the failpoint of that name. */
export function armFailpoint(specification: string, kill: () => void): void {
  const [name = '', passage = '1'] = specification.split(':')
  armed = { name, left: Number(passage), kill }
}

export function failpoint(name: string): void {
  if (armed?.name === name && --armed.left === 0) armed.kill()
}
