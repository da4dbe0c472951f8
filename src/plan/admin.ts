/** The admin server. */

/** Of the control thread alone. */
export interface AdminPlan {
	/** As written in the file, for messages: `127.0.0.1:9990`. */
	readonly name: string;
	readonly host: string;
	readonly port: number;
	/** More names that it may be asked by. */
	readonly hosts: readonly string[];
	/** Bearer tokens. Without any it answers over loopback only. */
	readonly tokens: readonly AdminTokenPlan[];
	/** `/livez` and `/readyz` answer anyone, under any Host. */
	readonly openProbes: boolean;
}

export interface AdminTokenPlan {
	/** Unique; tells in the log who asked. */
	readonly id: string;
	/** Never logged, never shown. */
	readonly secret: string;
}
