export { create } from 'fontkit'
