/** The command line makes no sense: its message tells how to write it. Exit code 3. */
export class UsageError extends Error {}
