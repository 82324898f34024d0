/** A template of `views/`, compiled when the script is made: what runs in a page may not evaluate text. */
declare module '*.eta' {
  const template: (this: import('./templates.ts').Engine, data: object, options: object) => string
  export default template
}
