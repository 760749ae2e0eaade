import { globSync, readFileSync, rmSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'rolldown'
import type { Plugin, RolldownOptions } from 'rolldown'

/*
 * The program as one bundle, made of what tsc wrote: a command then loads some thirty files in place of some hundreds.
 * What is loaded on demand in the sources is loaded on demand here.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDER = 'dist/bundle'
const OURS = /\/(?:packages|apps)\/[^/]+\/dist\/.*\.js$/
const BESIDE = /new URL\('(?<path>[^']+)', import\.meta\.url\)/g
const COPIED = /'\.\/beside\/[^']+', import\.meta\.url/g
const PLACE = /import\.meta\.(?:url|dirname|filename)/
/** No build takes longer. */
const BUILD_MS = 10_000

/** Copies what a source reads beside itself into the bundle. Any other use of its own place is an error. */
function filesBeside(): Plugin {
  return {
    name: 'files-beside',
    transform: {
      filter: { id: OURS, code: 'import.meta' },
      handler(code, id) {
        const moved = code.replaceAll(BESIDE, (_whole, path: string) => {
          const file = fileURLToPath(new URL(path, `file://${id}`))
          const fileName = `beside/${relative(ROOT, file).replaceAll('/', '-')}`
          this.emitFile({ type: 'asset', fileName, source: readFileSync(file) })
          return `new URL('./${fileName}', import.meta.url)`
        })
        if (PLACE.test(moved.replaceAll(COPIED, '')))
          this.error(`${relative(ROOT, id)} uses its own place, and that is another one in the bundle`)
        return { code: moved, map: null }
      },
    },
  }
}

/** The licences of what is in the bundle go with it. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const folders = new Set<string>()
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue
        for (const id of chunk.moduleIds) {
          const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0]
          if (folder !== undefined) folders.add(folder)
        }
      }
      const texts = [...folders].toSorted().map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
        const [file] = globSync('{LICENSE,LICENCE,license,licence}*', { cwd: folder })
        // Some packages only name theirs.
        const text = file === undefined ? license : readFileSync(`${folder}/${file}`, 'utf8').trim()
        if (typeof text !== 'string') return this.error(`${String(name)} has no licence to copy`)
        return `${String(name)} ${String(version)}\n\n${text}\n`
      })
      this.emitFile({ type: 'asset', fileName: 'LICENSES', source: texts.join(`\n${'-'.repeat(80)}\n\n`) })
    },
  }
}

/** Files of the build before stay, since a daemon that runs may load some of its own yet; what is older goes. */
function oldFiles(): Plugin {
  return {
    name: 'old-files',
    buildStart() {
      const last = statSync(`${FOLDER}/main.js`, { throwIfNoEntry: false })?.mtimeMs ?? 0
      for (const file of globSync(`${FOLDER}/*.js`))
        if (statSync(file).mtimeMs < last - BUILD_MS) rmSync(file, { force: true })
    },
  }
}

const config: RolldownOptions = defineConfig({
  input: 'dist/main.js',
  platform: 'node',
  // Of the first a part is loaded by its path, see the package `docker`; the other reads a file beside its own.
  external: ['dockerode', 'minijinja-js'],
  // No module of ours does anything when it is loaded, but the first one.
  treeshake: { moduleSideEffects: (id) => !OURS.test(id) || id.endsWith('/apps/cli/dist/main.js') },
  plugins: [filesBeside(), licences(), oldFiles()],
  output: {
    dir: FOLDER,
    format: 'esm',
    // Not minified: a stack trace names functions and the lines are there to be read.
    comments: { annotation: false, jsdoc: false, legal: true },
    // Many are named by an index: those by their package.
    chunkFileNames: ({ name, moduleIds }) => {
      const folder = /\/(?<folder>[^/]+)\/dist\/(?:[^/]+\/)*index\.js$/.exec(moduleIds.at(-1) ?? '')?.groups?.['folder']
      return `${folder ?? name}-[hash].js`
    },
  },
})

// oxlint-disable-next-line import/no-default-export -- rolldown reads the default export
export default config
