import type { TargetRef } from '@salvage-kit/core'

/** Where a service, or a sidekick of one, stands. */
export interface ServicePlace {
  readonly environment?: string
  readonly stack: string
  readonly service: string
  readonly sidekick?: string
}

/** `rancher:[ENVIRONMENT:]STACK/SERVICE[/SIDEKICK]`. Only environments may have names that need to be escaped. */
export function serviceRef({ environment, stack, service, sidekick }: ServicePlace): TargetRef {
  const before = environment === undefined ? '' : `${escaped(environment)}:`
  return `rancher:${before}${[stack, service, ...(sidekick === undefined ? [] : [sidekick])].map(escaped).join('/')}`
}

/** What a stack is made of: `rancher:[ENVIRONMENT:]STACK`. */
export function stackRef({ environment, stack }: Pick<ServicePlace, 'environment' | 'stack'>): TargetRef {
  return `rancher:${environment === undefined ? '' : `${escaped(environment)}:`}${escaped(stack)}`
}

/** All of an environment: `rancher:[ENVIRONMENT:]*`. */
export function allOf(environment: string | undefined): TargetRef {
  return `rancher:${environment === undefined ? '' : `${escaped(environment)}:`}*`
}

function escaped(name: string): string {
  // oxlint-disable-next-line no-control-regex -- a reference holds none
  return name.replaceAll(/[%:/\u0000-\u001f\u007f]/g, (one) => encodeURIComponent(one))
}
