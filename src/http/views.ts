/** Every template a route may render, and exactly what it is given beside the page. One line a template. */
export interface Views {
  'errors/show': { status: number; message: string; reference: string | null }
}
