import { readdirSync } from 'node:fs'

const tests = new URL('..', import.meta.url)

/** Runs the test files of some folders in this process, because a process needs two seconds to load the mock and tap. */
export async function importTests (...folders: string[]): Promise<void> {
  for (const folder of folders) {
    const files = readdirSync(new URL(folder, tests)).filter(name => name.endsWith('.test.ts'))
    for (const file of files) await import(new URL(`${folder}/${file}`, tests).href)
  }
}
