import { bashCompletion } from '../completion/bash.ts'
import { fishCompletion } from '../completion/fish.ts'
import { completionTree } from '../completion/tree.ts'
import type { CompletionCommand } from '../completion/tree.ts'
import { zshCompletion } from '../completion/zsh.ts'
import type { Invocation } from '../invocation.ts'

/** Prints the completion script of a shell, made from the tree of commands itself. */
export async function execute({ args, options, terminal, program }: Invocation): Promise<number> {
  const tree = completionTree(program)
  const script = scriptOf(args[0], tree)
  terminal.out(options.json === true ? `${JSON.stringify({ shell: args[0], script })}\n` : script)
  return 0
}

function scriptOf(shell: string | undefined, tree: CompletionCommand): string {
  if (shell === 'zsh') return zshCompletion(tree)
  return shell === 'fish' ? fishCompletion(tree) : bashCompletion(tree)
}
