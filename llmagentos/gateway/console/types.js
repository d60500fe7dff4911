// The gateway's answers as far as the page reads them (its whole document: /openapi.json). Types alone.

/** @typedef {{name: string, role: "viewer" | "operator" | "admin", person: boolean, expires_at: number | null}} Me */
/** @typedef {{memory_mb?: number, cores?: number, disk_mb?: number}} Budgets */
/** @typedef {{name: string, phase: string, why: string, in_line: number, memory_mb: number, cores: number, budgets: Budgets, kind?: string, restarts?: number, persona?: {role?: string}}} Agent */
/** @typedef {{words: string, say: string}} Answer */
/** @typedef {{id: string, words: string, needs_yes: boolean, answers: Answer[]}} Question */
/** @typedef {{question: Question | null, safety?: string | null, why?: string, state?: string}} State */
/** @typedef {{id: string, words: string, kind: string, color: string, held: boolean, box: number[]}} Thing */
/** @typedef {{camera: string, width: number, height: number, things: Thing[]}} Seen */
/** @typedef {{description?: string, ids?: string[], words: string}} Grounded */
/** @typedef {{path: string, op: string, words: string, status: string, grounded?: Grounded[], actions?: {name: string}[], reason?: string}} DoneStep */
/** @typedef {{status: string, reply: string, command?: string, plan?: any, steps?: DoneStep[], confidence?: number, timings?: {wall_s?: number}}} Result */
/** @typedef {{number: number, agent: string, verb: string, state: string, who: string, result?: Result | string | null, args?: {text?: string, yes?: boolean}, asked_at?: number, began_at?: number | null, ended_at?: number | null}} Call */
/** @typedef {{name: string, bytes: number, at_s: number}} Recording */
/** @typedef {{words: string, at_rest?: boolean | null, ms?: number | null, holding?: string | null}} Stopped */
/** @typedef {{agents: Record<string, Stopped>, sessions: {session?: string, error?: string, words?: string}[]}} Stops */
/** @typedef {{path: string, op: string, words: string, branch?: string}} Row */
/** @typedef {{kind: string, at?: string, agent?: string, name?: string, event?: string, number?: number, state?: string, missed?: boolean, phase?: string, why?: string, words?: string, path?: string, ids?: string[], status?: string, reason?: string, reply?: string, command?: string, outline?: Row[], plan?: any, action?: Record<string, any>, result?: any, source?: string, effect?: string, copies?: number, bad?: number, count?: number}} Happened */

/** @typedef {"waiting" | "running" | "succeeded" | "failed" | "skipped"} Mark */
/** @typedef {{path: string, words: string, branch: string, mark: Mark, why: string[], doing: string, wrong: string, rounds: number}} Step */
/** A command as the plan panel shows it. hints: what its plan names, before it is known which thing that is.
 * @typedef {{number: number, said: string, steps: Step[], notes: string[], touched: string[], now: string[], hints: any, over: boolean, status: string, reply: string, sure: number | null}} Run */

export {};
