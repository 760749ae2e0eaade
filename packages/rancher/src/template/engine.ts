import { SalvageError } from '@salvage-kit/core'

/** What a template sees. Texts only: what Python would print of anything else is another matter. */
export interface TemplateContext {
  readonly [name: string]: TemplateContext | string
}

/** Renders Jinja2. */
export interface TemplateEngine {
  /**
   * Throws `RANCHER.TEMPLATE` for a template that is wrong or that reads on in a value which is not there; `name` is the
   * file, for the message. `strict`: also for one that prints a value which is not there; asking for it with `if` or
   * `default` is always good.
   */
  render(source: string, context: TemplateContext, options: RenderOptions): string
  /** Throws `RANCHER.TEMPLATE` for a template that no values would make right. */
  check(source: string, options: { readonly name: string }): void
}

/** How a template is rendered. */
export interface RenderOptions {
  readonly name: string
  readonly strict?: boolean
}

/** Steps of the interpreter: enough for any dump, and an end for `range(1000000000)`. */
const FUEL = 1_000_000

/** Loads the interpreter, which takes some milliseconds. */
export async function jinja(): Promise<TemplateEngine> {
  const { Environment } = await import('minijinja-js')
  return {
    render(source, context, { name, strict = false }): string {
      // One for each template: its memory is not collected, and a macro of one is nobody else's.
      const environment = new Environment()
      try {
        environment.fuel = FUEL
        environment.enablePyCompat()
        // The library's own spelling: undefined may be asked for, and not printed.
        if (strict) environment.undefinedBehavior = 'semi_strct'
        return environment.renderStr(source, context)
      } catch (error) {
        throw wrong(name, error)
      } finally {
        environment.free()
      }
    },
    check(source, { name }): void {
      const environment = new Environment()
      try {
        environment.addTemplate(name, source)
      } catch (error) {
        throw wrong(name, error)
      } finally {
        environment.free()
      }
    },
  }
}

function wrong(name: string, error: unknown): SalvageError {
  const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  const why = said.replace(/\(in <string>:(\d+)\)/, '(line $1)')
  return new SalvageError('RANCHER.TEMPLATE', `${name}: the template cannot be rendered`, {
    why,
    ...(why.startsWith('undefined value') ? { hint: 'it prints a value that the service does not have' } : {}),
  })
}
