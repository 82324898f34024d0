import { readFileSync } from 'node:fs'
import { packageFile } from '../base/program.ts'
import { type Face, FontSet } from '../pdf/fonts.ts'

/** Package, folder and file of each typeface: OFL fonts, whole. */
export const FONT_FILES: Readonly<Record<Face, string>> = {
  inter: 'inter/400Regular/Inter_400Regular.ttf',
  'inter-semibold': 'inter/600SemiBold/Inter_600SemiBold.ttf',
  'source-serif': 'source-serif-4/400Regular/SourceSerif4_400Regular.ttf',
  'source-serif-semibold': 'source-serif-4/600SemiBold/SourceSerif4_600SemiBold.ttf',
  mono: 'jetbrains-mono/500Medium/JetBrainsMono_500Medium.ttf',
  noto: 'noto-sans/400Regular/NotoSans_400Regular.ttf',
  'noto-arabic': 'noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf',
  'noto-hebrew': 'noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular.ttf',
  'noto-devanagari': 'noto-sans-devanagari/400Regular/NotoSansDevanagari_400Regular.ttf',
  'noto-thai': 'noto-sans-thai/400Regular/NotoSansThai_400Regular.ttf',
  'noto-jp': 'noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf',
  'noto-sc': 'noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
  'noto-kr': 'noto-sans-kr/400Regular/NotoSansKR_400Regular.ttf',
  caveat: 'caveat/500Medium/Caveat_500Medium.ttf',
  dancing: 'dancing-script/500Medium/DancingScript_500Medium.ttf',
  marck: 'marck-script/400Regular/MarckScript_400Regular.ttf',
  ruqaa: 'aref-ruqaa/400Regular/ArefRuqaa_400Regular.ttf',
  klee: 'klee-one/400Regular/KleeOne_400Regular.ttf',
  zhimang: 'zhi-mang-xing/400Regular/ZhiMangXing_400Regular.ttf',
  nanum: 'nanum-pen-script/400Regular/NanumPenScript_400Regular.ttf',
}

export const fontBytes = (face: Face): Uint8Array => readFileSync(packageFile(`@expo-google-fonts/${FONT_FILES[face]}`))

let set: FontSet | undefined

/** One set for the life of the process. */
export const fontSet = (): FontSet => (set ??= new FontSet(fontBytes))
