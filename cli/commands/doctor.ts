import type { Command } from "@/cli/command"; export const command: Command = { help: "", run: () => Promise.resolve(0) };
