/** Users that sign in with basic authentication (RFC 7617). */

export interface UserListPlan {
	/** As in the file, for `explain` and messages. */
	readonly name: string;
	/** Shown to the user by the browser. */
	readonly realm: string;
	/** Name and hash: a PHC string of scrypt (`$scrypt$ln=15,r=8,p=1$salt$hash`) or bcrypt (`$2y$10$...`). Names differ. */
	readonly users: readonly (readonly [name: string, hash: string])[];
	/** The node gets the Authorization field. */
	readonly passAuthorization: boolean;
}
